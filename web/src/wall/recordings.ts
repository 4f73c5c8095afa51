// A call's recordings as the player needs them: which part first, and where it is heard. Pure.
import type { components } from '../contract'

export type Recording = components['schemas']['RecordingPartOut']

/** The first that can be heard; 1 when none can (the server then says why). */
export function firstAudible(recordings: readonly Pick<Recording, 'part' | 'state'>[]): number {
  return recordings.find((one) => one.state === 'shelved')?.part ?? 1
}

/** Some sound of the call is, or will be, there to be heard. */
export function audible(recordings: readonly { state: string }[]): boolean {
  return recordings.some((one) => one.state !== 'failed' && one.state !== 'dropped')
}

/** Where its purpose is said (POST) before it is heard (GET): a URL says neither why nor of whom. */
export function recordingPath(call: string): string {
  return `/api/calls/${encodeURIComponent(call)}/recording`
}
