"""What is happening on the telephone, and making things happen on it.

From bytes to frames: ``link.py`` (the door of AMI) · ``ami.py`` bytes → frames, with ``ami_headers.py`` (what Asterisk always
sends) and ``ami_words.py`` (names of events) · ``snapshot.py`` what is asked at a reconnect · ``file_tail.py`` (the door of files) with
``logfiles.py`` (rotations) · ``rows.py`` whole rows · ``log_frames.py`` rows → frames · ``words.py`` the words of our dialplan ·
``asterisk_starts.py`` and ``asterisk_deaths.py`` where the lives of Asterisk begin and end · ``frames.py`` the frames.

From frames to events: ``fold.py`` with ``word_events.py``, ``endings.py`` and ``equipment.py`` · ``call.py`` and ``board.py`` what it knows, with ``dialling.py`` who is called into a call and ``participants.py`` who is in it ·
``book.py`` the fold of the files, with the place to resume from · ``numbering_plan.py`` whose endpoint is whose ·
``events.py`` what comes out.

From commands to actions: ``commands.py`` · ``ami_actions.py`` · ``switchboard.py``, the shell of both directions.

Beside them: ``numbers.py`` one telephone number in every spelling · ``callers.py`` what a trunk says of a caller ·
``display_names.py`` names that are none · ``turned_away_logs.py`` calls refused before the dialplan · ``line_watch.py`` with
``line_watch_phone.py`` (pyVoIP) dials every line · ``ordered_writer.py`` what is to be written down while the book may be away · ``build.py`` the room as one part · ``ids.py`` · ``errors.py``.
"""
