"""A living network of three communities on one machine, to look at and to try: `alongside demo`.

Everything in it is invented: the people, the places, what they offer. `content` reads it from `communities/`.
"""
