// Hearing oneself: three seconds of the microphone, played back at once and kept nowhere.
import { audio, voice } from './audio'

const SECONDS = 3
export const canHearOneself = 'MediaRecorder' in window

/** Resolves when it has been played; false: there is no microphone, or the browser would not. `heard` is told when it begins to play. */
export async function hearOneself(heard: () => void): Promise<boolean> {
  const track = voice()
  if (!track || track.readyState !== 'live') return false
  const recorder = new MediaRecorder(new MediaStream([track]))
  const parts: Blob[] = []
  recorder.ondataavailable = (event) => parts.push(event.data)
  const stopped = new Promise<void>((go) => (recorder.onstop = () => go()))
  recorder.start()
  window.setTimeout(() => recorder.state !== 'inactive' && recorder.stop(), SECONDS * 1000)
  await stopped
  track.stop()
  const url = URL.createObjectURL(new Blob(parts, { type: recorder.mimeType }))
  const sound = new Audio(url)
  if (audio.chosen.speaker && 'setSinkId' in sound) await sound.setSinkId(audio.chosen.speaker).catch(() => undefined)
  try {
    heard()
    const ended = new Promise<void>((go, fail) => {
      sound.onended = () => go()
      sound.onerror = () => fail(new Error('not playable'))
    })
    await sound.play()
    await ended
    return true
  } catch {
    return false
  } finally {
    URL.revokeObjectURL(url)
  }
}

