"""What is happening on the telephone, and making things happen on it.

From bytes to frames: ``link.py`` (the door of AMI) · ``ami_decoder.py`` bytes → frames, with ``required_ami_headers.py`` (what Asterisk always
sends) and ``ignored_ami_events.py`` (names of events) · ``snapshot.py`` what is asked at a reconnect · ``file_tail.py`` (the door of files) with
``logfiles.py`` (rotations) · ``cel_rows.py`` whole rows · ``cel_frames.py`` rows → frames · ``dialplan_words.py`` the words of our dialplan ·
``asterisk_starts.py`` and ``asterisk_deaths.py`` where the lives of Asterisk begin and end · ``frame_types.py`` the frames.

From frames to events: ``fold.py`` with ``dialplan_events.py``, ``endings.py`` and ``equipment.py`` · ``call.py`` and ``board.py`` what it knows, with ``dial_attempt.py`` who is called into a call and ``participants.py`` who is in it ·
``cel_reader.py`` the fold of the files, with the place to resume from · ``numbering_plan.py`` whose endpoint is whose ·
``events.py`` with ``journey_events.py`` and ``equipment_events.py`` what comes out.

From commands to actions: ``commands.py`` · ``ami_actions.py`` · ``asterisk_connection.py``, the shell of both directions.

Beside them: ``numbers.py`` one telephone number in every spelling · ``readable_numbers.py`` what a trunk says of a caller ·
``caller_names.py`` names that are none · ``turned_away_logs.py`` calls refused before the dialplan · ``line_watch.py`` with
``line_watch_phone.py`` (pyVoIP) dials every line · ``ordered_writer.py`` what is to be written down while the book may be away · ``background_task.py`` tasks nobody waits for · ``build.py`` the room as one part · ``ids.py`` · ``errors.py``.
"""
