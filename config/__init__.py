"""The settings an operator writes, and the Asterisk configuration made from them.

``settings`` (all of it as one model, put together of ``sections``) · ``read`` (file → models, all problems at once), with ``files`` and ``workbooks`` (the one door of files that people saved; ``workbook_child`` reads these apart) ·
``references`` (names that must exist) · ``setting_lines`` (on which line each stands) · ``problems`` (what is wrong, and how it is said) · ``retired`` (settings that went) ·
``names`` (what an id looks like) · ``journey`` (what a caller goes through, as a graph) · ``time_range`` (years that can be shown) · ``hours`` and ``calendar`` (opening
hours, holidays) with ``holiday_notice_parser`` (a year's, as it is announced) · ``work_time`` and ``case_clock`` (when a time limit is over, pure sums over both) · ``national_number_plan`` and ``called_numbers`` (telephone numbers) · ``answered_talk_rule`` (what counts as an answer) · ``device_states`` (states and hints that dialplan and daemon share) · ``rtp_ports`` ·
``secrets`` (made at the first start) · ``file_places`` (folders under VAR) · ``cores`` (those that this process may run on) · ``language`` (Chinese and English texts) ·
``data`` (statutory days of years not announced yet) · ``render`` (settings → Asterisk's files).
Imports no other room.
"""
