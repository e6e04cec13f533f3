"""The desk: staff record, review and publish here. A file a noun; what they share is in base.py.

Empty on purpose: Django reads ``tracker.admin.site`` before models may be imported. ``TrackerAdminConfig.ready`` imports the nouns.
"""
