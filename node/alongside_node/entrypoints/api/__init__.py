"""The JSON API of members' clients, under `/api/v1`: one table of endpoints (`endpoints.py`), a guard before each (`guarding.py`)."""
