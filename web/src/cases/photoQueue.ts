// Photos on their way: kept on the device until the server names their hash, sent one by one, each with a state that is shown.
// A page that is closed, a telephone that is switched off, a line that breaks: they are still here, and go on.
import { reactive } from 'vue'
import { Refused, sendPhoto } from './caseClient.ts'

export type PhotoState = 'waiting' | 'sending' | 'kept' | 'refused'
/** ``blob``: null once the server has it. */
export interface QueuedPhoto { id: string; account: string; number: string; sha256: string; blob: Blob | null; state: PhotoState; why: string; at: number }

const NAME = 'hotline-cases', STORE = 'photos'
const LARGEST = 1600
const AGAIN_MOST = 60_000

export const queue = reactive<QueuedPhoto[]>([])
let owner = ''
let running = false
let again = 2_000
let timer = 0

/** Whose photos are sent: those this person took on this device. */
export async function beginQueue(account: string): Promise<void> {
  owner = account
  const kept = await every()
  queue.splice(0, queue.length, ...kept.filter((one) => one.account === account).map((one) => ({ ...one, state: one.blob === null || one.state === 'refused' ? one.state : ('waiting' as const) })))
  void sendAll()
}

export async function addPhoto(number: string, file: Blob): Promise<void> {
  const blob = await smaller(file)
  const sha256 = await hashOf(blob)
  if (queue.some((one) => one.number === number && one.sha256 === sha256)) return
  const photo: QueuedPhoto = { id: `${number}/${sha256}`, account: owner, number, sha256, blob, state: 'waiting', why: '', at: Date.now() }
  await put(photo)
  queue.push(photo)
  void sendAll()
}

export async function dropPhoto(photo: QueuedPhoto): Promise<void> {
  await remove(photo.id)
  const at = queue.findIndex((one) => one.id === photo.id)
  if (at >= 0) queue.splice(at, 1)
}

/** What of a case has arrived, by its hash: what a report may name. */
export const arrived = (number: string): string[] => queue.filter((one) => one.number === number && one.state === 'kept').map((one) => one.sha256)
export const onItsWay = (number: string): boolean => queue.some((one) => one.number === number && (one.state === 'waiting' || one.state === 'sending'))

/** Of a report that was taken: the list is empty again. */
export async function forgetKept(number: string): Promise<void> {
  const kept = queue.filter((one) => one.number === number && one.state === 'kept')
  for (const one of kept) queue.splice(queue.indexOf(one), 1)
  for (const one of kept) await remove(one.id)
}

/** One after the other, the oldest first; a line that is away stops it, and it goes on by itself. */
export async function sendAll(): Promise<void> {
  if (running) return
  running = true
  window.clearTimeout(timer)
  try {
    for (;;) {
      const next = queue.find((one) => one.state === 'waiting')
      if (!next?.blob) break
      next.state = 'sending'
      try {
        const told = await sendPhoto(next.number, next.blob, next.sha256)
        if (told.sha256 !== next.sha256) throw new Refused('hash')
        await put({ ...next, blob: null, state: 'kept' }) // a page that is opened again still knows what a report may name
        next.state = 'kept'
        again = 2_000
      } catch (error) {
        if (error instanceof Refused && !error.away && error.status !== 401 && error.status !== 408) {
          next.state = 'refused'
          next.why = error.message
          continue
        }
        next.state = 'waiting'
        timer = window.setTimeout(() => void sendAll(), again)
        again = Math.min(again * 2, AGAIN_MOST)
        break
      }
    }
  } finally {
    running = false
  }
}

window.addEventListener('online', () => { again = 2_000; void sendAll() })

/** As a JPEG no larger than is needed to see what was done. */
async function smaller(file: Blob): Promise<Blob> {
  try {
    const picture = await createImageBitmap(file)
    const scale = Math.min(1, LARGEST / Math.max(picture.width, picture.height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(picture.width * scale)
    canvas.height = Math.round(picture.height * scale)
    canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height)
    return await new Promise<Blob>((done) => canvas.toBlob((made) => done(made ?? file), 'image/jpeg', 0.82))
  } catch {
    return file // the server says what is wrong with it
  }
}

async function hashOf(blob: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer())
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

// -- on the device ---------------------------------------------------------------------------

function opened(): Promise<IDBDatabase> {
  return new Promise((done, fail) => {
    const wanted = indexedDB.open(NAME, 1)
    wanted.onupgradeneeded = () => wanted.result.createObjectStore(STORE, { keyPath: 'id' })
    wanted.onsuccess = () => done(wanted.result)
    wanted.onerror = () => fail(wanted.error)
  })
}

async function within<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await opened()
  try {
    return await new Promise<T>((done, fail) => {
      const transaction = db.transaction(STORE, mode)
      const asked = work(transaction.objectStore(STORE))
      transaction.oncomplete = () => done(asked.result)
      transaction.onerror = () => fail(transaction.error)
    })
  } finally {
    db.close()
  }
}

const every = (): Promise<QueuedPhoto[]> => within('readonly', (store) => store.getAll() as IDBRequest<QueuedPhoto[]>)
const put = ({ id, account, number, sha256, blob, state, why, at }: QueuedPhoto): Promise<unknown> => within('readwrite', (store) => store.put({ id, account, number, sha256, blob, state, why, at }))
const remove = (id: string): Promise<unknown> => within('readwrite', (store) => store.delete(id))
