// The player's texts. Merged under `player`.
export const zh = {
  label: '录音播放器',
  play: '播放',
  pause: '暂停',
  back: '后退 5 秒',
  on: '前进 5 秒',
  speed: '倍速',
  side: '声道',
  sides: { both: '双方', citizen: '市民', seat: '座席' },
  at: '{at} / {total}',
  waveform: '波形：上为市民，下为座席；点击跳到该处',
  keys: '空格 播放/暂停 · ←→ 5 秒 · ↑↓ 倍速 · 1 2 3 声道',
  loading: '正在加载录音…',
  inCall: '通话中不能听录音：避免录音被放入通话。通话结束后可继续。',
  why: {
    away: '连不上服务器', raw: '录音尚未处理完，请稍后再试', damaged: '录音文件已损坏', gone: '录音已删除或不存在',
    refused: '没有收听权限，或收听用途已过期', decode: '浏览器无法解码此录音',
  },
  shownTo: '{name} {time} 收听',
}

export const en: typeof zh = {
  label: 'Recording player',
  play: 'Play',
  pause: 'Pause',
  back: 'Back 5 s',
  on: 'On 5 s',
  speed: 'Speed',
  side: 'Channel',
  sides: { both: 'Both', citizen: 'Citizen', seat: 'Seat' },
  at: '{at} / {total}',
  waveform: 'Waveform: the citizen above, the seat below; press to go there',
  keys: 'Space play/pause · ←→ 5 s · ↑↓ speed · 1 2 3 channel',
  loading: 'Loading the recording…',
  inCall: 'Not during a call: the recording would be heard in it. Go on when the call is over.',
  why: {
    away: 'the server does not answer', raw: 'the recording is not ready yet, try again in a moment', damaged: 'the recording is damaged', gone: 'the recording was deleted or never was',
    refused: 'you may not hear it, or the purpose is over', decode: 'this browser cannot decode the recording',
  },
  shownTo: 'heard by {name} {time}',
}
