"""The proof of the promise about mails, run as `bin/faults`.

*None lost, none early, none after a cancellation; a double only where the mail
server's answer was lost, at most one, with the same Message-ID.*

Real workers and beats send real reminders from a real PostgreSQL, woken
through a real Redis, to a mail server that misbehaves, while everything is
killed, stopped and moved. At the end the mail server's own log is compared
with what people did and with what the database says. A plan made from a seed
says what happens when; how it meets the processes is up to them.

The words of the table:

sent            the mail server took it, once or more
not due         its moment comes after the run, and nothing was sent
called off      it was not sent before the session was called off, moved or erased
refused         the mail server said a final no (5xx); the coach is told
unknown         the answer was lost twice, and the server has no copy; the coach is told that nobody knows
missed          it could not be sent while it was useful; the coach is told
on hold         it was due for too long, and waits for the coach to decide
lost            none of these: the mail server has no copy, and nobody is told
early           handed over before its moment
after_cancel    handed over by a submission that was committed after the session was called off, moved or
                erased
doubled_inside_window   a second copy, with the same Message-ID and flagged in the database, where the answer
                to the first was lost: the server never gave it, or the worker was killed, or stood still
                longer than its lease, before it had written it down
doubled_outside_window  any other copy beyond the first
unsaid          the server has a copy, or two, of which the database says nothing
wrong           a copy with an unknown Message-ID, with another session's or an earlier time's text, or to an
                address that had been changed before it was submitted
latest_s        how long after its moment the latest mail was taken, in seconds
"""
