"""Other nodes, and our agreements with them: who we know, how far we go with each, and who contradicted themselves."""
