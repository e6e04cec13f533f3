"""Signing in to the desk: allauth's flows with our pages, limits and records, and the forms that outlive their session.

adapters     what we tell allauth: our limits, no messages, secrets encrypted
factors      who needs a second factor, whether a session gave it, resetting one
throttle     failures counted in the database, over all processes
browsers     where a request comes from, and whether its browser is known
events       what happened to an account, on record; how long addresses are kept
keeping      forms sent after their session had ended
middleware   the entrance: what a session may do before it has given its second factor
forms, views, urls, pages under /admin/

The admin uses it; it knows of the admin only the site, for the frame of its pages.
"""
