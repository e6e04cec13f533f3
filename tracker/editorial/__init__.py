"""The desk's write verbs: submit, approve, return, publish, withdraw. Nothing else writes a submission or an edition."""
