// Keeps a draft: on the server within half a second of the last keystroke, and in the browser's own
// store until the server has said yes. Knows nothing of the screen; the server and the store are handed in.
import { bytes, merged, MOST_BYTES, nextVersion, packed, same, unpacked, type Draft } from './draft.ts'

export type Saving = 'loading' | 'saved' | 'saving' | 'away' | 'refused'

export interface Server {
  /** null: there is none */
  get(): Promise<{ version: number; fields: unknown } | null>
  /** throws an object with ``status`` and ``passing`` */
  put(version: number, fields: unknown, leaving: boolean): Promise<{ version: number }>
}

/** The browser's own store for this call. */
export interface Shelf {
  read(): string | null
  write(text: string): void
  drop(): void
}

export interface Says {
  saving: Saving
  /** when the server last said yes; milliseconds, 0 never */
  at: number
  trouble: string
}

interface Trouble {
  status: number
  passing: boolean
  message: string
}

const QUIET = 400
const LONGEST = 2000
const RETRIES = [1000, 2000, 4000, 8000, 15000]

export class DraftSaver {
  private version = 0
  private acked: Draft
  private ready = false
  private timer: ReturnType<typeof setTimeout> | undefined
  private since = 0
  private flying = false
  private failures = 0
  private closed = false
  private readonly read: () => Draft
  private readonly write: (draft: Draft) => void
  private readonly says: Says
  private readonly server: Server
  private readonly shelf: Shelf

  /** ``read``/``write``: the draft on the screen. ``says``: told how the saving goes. */
  constructor(read: () => Draft, write: (draft: Draft) => void, says: Says, server: Server, shelf: Shelf) {
    this.read = read
    this.write = write
    this.says = says
    this.server = server
    this.shelf = shelf
    this.acked = copy(read())
  }

  /** Take up what was typed before: from this browser at once, then from the server. Retries until it is reached. */
  async load(): Promise<void> {
    const local = this.left()
    if (local) {
      this.write(merged(this.acked, this.read(), local.draft))
      this.version = local.version
    }
    let began = copy(this.read())
    for (let turn = 0; !this.ready && !this.closed; turn += 1) {
      try {
        const standing = await this.server.get()
        if (this.closed) return
        const theirs = standing ? unpacked(standing.fields) : null
        // of the same version: the server never said yes to what is here, so this is what was typed later
        const newer = standing !== null && (!local || standing.version > local.version)
        if (theirs && newer) {
          this.write(merged(began, this.read(), theirs))
          this.acked = theirs
        } else if (theirs) this.acked = theirs
        this.version = Math.max(this.version, standing?.version ?? 0)
        this.ready = true
      } catch (error) {
        const trouble = error as Trouble
        if (!trouble.passing) {
          this.tell('refused', trouble.message)
          this.ready = true
          return
        }
        this.tell('away', trouble.message)
        await pause(RETRIES[Math.min(turn, RETRIES.length - 1)] ?? 15000)
        if (!local) began = copy(this.acked)
      }
    }
    if (this.closed) return
    this.failures = 0
    this.touched()
  }

  /** Its person has left this page: nothing of it is sent or kept any more, under whoever's name comes next. */
  close(): void {
    this.closed = true
    clearTimeout(this.timer)
  }

  /** Something on the form may have changed. */
  touched(): void {
    if (this.closed) return
    if (same(packed(this.read()), packed(this.acked))) {
      if (!this.ready || this.flying) return
      clearTimeout(this.timer)
      this.since = 0
      this.shelf.drop()
      this.tell('saved')
      return
    }
    this.keep()
    if (!this.ready) return
    if (this.says.saving !== 'away') this.tell('saving')
    const now = Date.now()
    this.since ||= now
    this.plan(Math.max(0, Math.min(QUIET, this.since + LONGEST - now)))
  }

  /** A matter was filed, and with it the server let go of the whole draft: what is still open is to be saved anew. */
  dropped(): void {
    this.acked = { matters: this.read().matters.filter((one) => one.filed) }
    this.touched()
  }

  /** Now rather than in a moment; ``leaving``: the page is going away and will not hear the answer. */
  flush(leaving = false): void {
    if (this.closed || !this.ready || this.saved) return
    clearTimeout(this.timer)
    if (leaving) void this.server.put(nextVersion(this.version), packed(this.read()), true).catch(() => undefined)
    else void this.save()
  }

  get saved(): boolean {
    return same(packed(this.read()), packed(this.acked))
  }

  private plan(delay: number): void {
    if (this.flying || this.closed) return
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.save(), delay)
  }

  private async save(): Promise<void> {
    if (this.flying || this.closed || this.saved) return
    this.flying = true
    this.since = 0
    const sent = copy(this.read())
    const fields = packed(sent)
    let again = QUIET
    try {
      if (bytes(fields) > MOST_BYTES) throw { status: 413, passing: false, message: '' }
      const answer = await this.server.put(nextVersion(this.version), fields, false)
      this.version = Math.max(this.version + 1, answer.version)
      this.acked = sent
      this.failures = 0
      this.says.at = Date.now()
    } catch (error) {
      again = await this.failed(error as Trouble)
    }
    this.flying = false
    if (this.closed) return
    if (this.saved) this.touched()
    else if (again >= 0) {
      if (this.failures === 0) this.tell('saving')
      this.keep()
      this.plan(again)
    }
  }

  /** How long to wait before the next try; -1: only when something changes. */
  private async failed(trouble: Trouble): Promise<number> {
    if (trouble.status === 409) {
      try {
        const standing = await this.server.get()
        const theirs = standing ? unpacked(standing.fields) : null
        this.version = Math.max(this.version, standing?.version ?? this.version)
        if (theirs) {
          this.write(merged(this.acked, this.read(), theirs))
          this.acked = theirs
        }
        return 0
      } catch (error) {
        trouble = error as Trouble
      }
    }
    if (!trouble.passing) {
      this.tell('refused', trouble.message)
      return -1
    }
    this.tell('away', trouble.message)
    const wait = RETRIES[Math.min(this.failures, RETRIES.length - 1)] ?? 15000
    this.failures += 1
    return wait
  }

  /** What this browser kept of an earlier page and the server never said yes to. */
  private left(): { version: number; draft: Draft } | null {
    try {
      const kept: unknown = JSON.parse(this.shelf.read() ?? 'null')
      if (typeof kept !== 'object' || kept === null) return null
      const { version, fields } = kept as { version: unknown; fields: unknown }
      const draft = unpacked(fields)
      return draft && typeof version === 'number' ? { version, draft } : null
    } catch {
      return null // not ours, or cut off: the server's is all there is
    }
  }

  private keep(): void {
    this.shelf.write(JSON.stringify({ version: nextVersion(this.version), at: Date.now(), fields: packed(this.read()) }))
  }

  private tell(saving: Saving, trouble = ''): void {
    this.says.saving = saving
    this.says.trouble = trouble
  }
}

function copy(draft: Draft): Draft {
  return JSON.parse(JSON.stringify(draft)) as Draft
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((go) => setTimeout(go, milliseconds))
}
