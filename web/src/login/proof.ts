// The password again, when the daemon wants it before it changes others' rights: one question at a time.
import { ref } from 'vue'
import { onProof, send } from '../restClient'

export const proofWanted = ref(false)
let asking: Promise<boolean> | undefined
let answer: (given: boolean) => void = () => undefined

/** Show the dialog; true when the daemon took the password. */
function ask(): Promise<boolean> {
  asking ??= new Promise<boolean>((resolve) => {
    answer = resolve
    proofWanted.value = true
  })
  return asking
}

function close(given: boolean): void {
  proofWanted.value = false
  asking = undefined
  answer(given)
}

export async function giveProof(password: string): Promise<void> {
  await send('POST', '/api/session/proof', { password })
  close(true)
}

export const refuseProof = (): void => close(false)

onProof(ask)
