// Whether the self-test is on screen. Whoever sits down tests once; whoever presses F5 does not.
import { ref } from 'vue'

const TESTED = 'hotline.tested'
export const testing = ref(false)

export function beginTest(seat: string): void {
  testing.value = sessionStorage.getItem(TESTED) !== seat
}

export function endTest(seat: string): void {
  testing.value = false
  sessionStorage.setItem(TESTED, seat)
}
