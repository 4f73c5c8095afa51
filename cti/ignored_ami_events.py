"""Names of AMI events by what a tape of any Asterisk means with them. Data; asked by ``hotline/verbs/tape_message_counts.py``.

What the fold uses stands in ``ami.WANTED``. The rest of what Asterisk 12 to 22 says is listed here as heard and not
needed, so that a name in neither list is a word that nobody here knows.
"""

from __future__ import annotations

_NOT_NEEDED = """
AGIExecEnd AGIExecStart AOC-D AOC-E AOC-S AgentCalled AgentComplete AgentConnect AgentDump AgentLogin AgentLogoff
Agents AgentsComplete Alarm AlarmClear AorDetail AorList AorListComplete AsyncAGIEnd AsyncAGIExec AsyncAGIStart
AuthDetail AuthList AuthListComplete AuthMethodNotAllowed BridgeCreate BridgeDestroy BridgeInfoChannel
BridgeInfoComplete BridgeListComplete BridgeListItem BridgeMerge BridgeVideoSourceUpdate CEL Cdr
ChallengeResponseFailed ChallengeSent ChanSpyStart ChanSpyStop ChannelTalkingStart ChannelTalkingStop ConfbridgeEnd
ConfbridgeJoin ConfbridgeLeave ConfbridgeList ConfbridgeListComplete ConfbridgeListRooms
ConfbridgeListRoomsComplete ConfbridgeMute ConfbridgeRecord ConfbridgeStart ConfbridgeStopRecord ConfbridgeTalking
ConfbridgeUnmute ContactList ContactListComplete ContactStatusDetail CoreShowChannel CoreShowChannelMapComplete
CoreShowChannelsComplete DAHDIChannel DAHDIShowChannels DAHDIShowChannelsComplete DBGetResponse DBGetTreeResponse
DBGetTreeComplete DNDState DTMFBegin DTMFEnd DeadlockStart DeviceStateChange DeviceStateListComplete DialBegin
DialState EndpointDetail EndpointDetailComplete EndpointList EndpointListComplete ExtensionStateListComplete
ExtensionStatus FAXSession FAXSessionsComplete FAXSessionsEntry FAXStats FAXStatus FailedACL Flash FullyBooted
HangupHandlerPop HangupHandlerPush HangupHandlerRun IdentifyDetail InvalidAccountID InvalidPassword
InvalidTransport Load LoadAverageLimit LogChannel MCID MWIGet MWIGetComplete MeetmeEnd MeetmeJoin MeetmeLeave
MeetmeMute MeetmeTalkRequest MeetmeTalking MemoryLimit MessageWaiting MiniVoiceMail MixMonitorMute MixMonitorStart
MixMonitorStop MonitorStart MonitorStop MusicOnHoldStart MusicOnHoldStop NewAccountCode NewCallerid
NewConnectedLine Newexten OriginateResponse ParkedCall ParkedCallGiveUp ParkedCallSwap ParkedCallTimeOut
ParkedCallsComplete PeerEntry PeerStatus PeerlistComplete PresenceStateChange PresenceStateListComplete
PresenceStatus QueueEntry QueueMember QueueMemberRinginuse QueueParams QueueStatusComplete QueueSummary
QueueSummaryComplete RTCPReceived RTCPSent ReceiveFAX Registry Reload RequestBadFormat RequestNotAllowed
RequestNotSupported ResourceListDetail SIPQualifyPeerDone SendFAX SessionLimit SessionTimeout Shutdown
SoftHangupRequest SpanAlarm SpanAlarmClear Status StatusComplete SuccessfulAuth TestEvent TransportDetail
UnParkedCall UnexpectedAddress Unload VarSet VoicemailPasswordChange VoicemailUserDetail
VoicemailUserDetailComplete VoicemailUserEntry VoicemailUserEntryComplete Wink
"""
NOT_NEEDED = frozenset(_NOT_NEEDED.split())

_BEFORE_12 = """
Bridge ChannelReload ChannelUpdate DTMF Dial Inherit JabberEvent JitterBufStats Join Leave Link Masquerade
MusicOnHold NewPeerAccount Newcallerid QueueMemberPaused Transfer Unlink
"""
BEFORE_12 = frozenset(_BEFORE_12.split())
"""What Asterisk 1.2 to 11 said, by which the fold finds no talk, no queue and no transfer: Asterisk 12 renamed them all."""
