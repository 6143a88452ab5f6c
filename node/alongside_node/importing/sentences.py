"""The plain words for every code of a report. English: it is read on the command line. Never a word of the file itself."""

from typing import Final

PROBLEMS: Final = {
    # Of the whole file.
    "file_too_large": "The file is too large. Split it.",
    "too_many_rows": "There are too many rows for one file. Split it.",
    "encoding": "It is not written in UTF-8, in UTF-16 with a byte order mark, or in Windows-1252.",
    "nothing_in_it": "There is no row in it.",
    "no_service_in_it": "There is no HSDS service in it.",
    "json_syntax": "It is not one JSON value.",
    "json_duplicate": "A member stands twice in one object: nobody can tell which is meant.",
    "json_number": "It holds a number that is not finite, or far too long.",
    "json_depth": "It is nested too deeply.",
    "quotation_marks": "A quotation mark is not closed, or stands inside a cell without being doubled. Nothing after it was read.",
    "column_twice": "This column is there twice.",
    "column_missing": "This column is needed.",
    "not_a_steward": "Only a steward of this community can bring in a list.",
    # Of a row.
    "empty_id": "The id is empty: a second import could not find this row again.",
    "id_twice": "The same id stands on an earlier row.",
    "more_cells_than_columns": "The row has more cells than there are columns.",
    "formula": "The cell begins with =, +, - or @: a spreadsheet would run it. Put a word before it.",
    "characters": "The cell holds a character that no text may hold, or a line end where one line is meant.",
    "too_long": "It is too long.",
    "too_many": "There are too many of them.",
    "empty": "It is empty.",
    "not_a_known_word": "It is none of the words that this column knows.",
    "out_of_range": "The number is too small or too large.",
    "does_not_fit": "It does not fit here.",
    "not_yes_or_no": "It is neither yes nor no.",
    "not_a_whole_number": "It is not a whole number.",
    "not_a_number": "It is not a number.",
    "half_a_point": "There is a latitude without a longitude, or the other way round.",
    "not_on_the_globe": "There is no such place on the globe.",
    "amount_without_exchange": "There is an amount, but `exchange` does not say what is asked in return.",
    "not_a_currency": "There is an amount without a currency that we know.",
    "not_an_amount": "It is not an amount of that currency.",
    "not_a_time": "It is not a time from 00:00 to 23:59.",
    "half_a_time": "It opens without closing, or closes without opening.",
    "hours_without_zone": "The hours say no time zone.",
    "not_an_email": "It is not an e-mail address.",
    "not_a_page": "It is not the address of a web page that begins with https:// or http://.",
    "not_a_phone_number": "It is not a phone number.",
    "day_to_come": "The day is still to come.",
}
"""Why something is refused."""

NOTES: Final = {
    "windows_1252": "The file was read as Windows-1252, because it is not UTF-8. Look at a few accents.",
    "blank_row": "Empty rows, passed over.",
    "column_without_name": "Columns without a name, not read.",
    "staff_email": "E-mail addresses that look like a person's, left out.",
    "staff_left_out": "Named contact people, left out.",
    "under_18": "Open to people under 18: left out, because two people and the community decide that.",
    "hidden_point": "Coordinates of hidden places, left out.",
    "null_point": "Coordinates 0, 0, left out: they mean that nobody knew.",
    "no_point": "Places without coordinates.",
    "wrong_point": "Coordinates that are not on the globe, left out.",
    "several_places": "Services at several places: a person has to say which.",
    "answers_without_asking": "Answers about who may be called, left out: the file does not say that the people were asked, and when.",
    "words_left_out": "Words that were too long to fit, left out.",
    "schedule_left_out": "Hours that are over, not weekly, or of no known time zone, left out.",
    "price_left_out": "Prices that are over, or of several kinds, left out.",
    "careful_words": "Drafts with words that can hurt, kept as they are: each draft's preview shows the words, and others to choose from.",
    "not_active": "Services that are no longer active, left out.",
}
"""What was left out or supposed, with a count before it."""

FATES: Final = {
    "new": "new drafts",
    "updated": "drafts brought up to date",
    "unchanged": "as they were",
    "changed_here": "kept as they are, because a person changed them here",
    "published": "kept as they are, because they are published",
    "with_others": "kept as they are, because somebody else keeps them now",
    "taken_down": "not brought back, because they were taken down here",
    "gone": "of an earlier edition are not in this one, and are left as they are",
}
"""What happened to rows, with a count before it."""

TO_ANSWER: Final = {
    "want_to_be_listed": "whether they want to be listed",
    "type": "what kind of support it is",
    "text": "a description",
    "exchange": "what is given in return",
    "modality": "how people meet",
    "practitioner": "what their licence makes them do",
    "valid_until": "until when it is needed",
}
"""What the people it speaks for still have to say. Every code that begins with `commitments.` is one question: who may be called."""

WHO_MAY_BE_CALLED: Final = "who may be called, and what is kept"


def note(code: str) -> str:
    """The words for a note; a column that is not ours is named by its number, never by what stands in it."""
    number = code.removeprefix("column_")
    return NOTES.get(code) or f"Column {number} is none of ours and was not read."
