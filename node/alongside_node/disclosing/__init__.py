"""What this machine could be made to hand over, table by table, as the seizure test found it (safety.md, "At rest")."""
