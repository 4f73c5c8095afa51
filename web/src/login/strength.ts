// How hard a password is to guess, roughly, for the meter beside it. Only a hint: the daemon judges, with lists of its own.

/** What the daemon takes (`access.password_least`, `NewPasswordText`). */
export const LEAST = 12
export const MOST = 128
const ROWS = ['1234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'abcdefghijklmnopqrstuvwxyz']

/** 0 too short · 1 weak · 2 fair · 3 good · 4 strong. Length counts, what follows by itself does not. */
export function strength(password: string, account = ''): 0 | 1 | 2 | 3 | 4 {
  const plain = password.normalize('NFKC')
  if ([...plain].length < LEAST) return 0
  const lower = plain.toLowerCase()
  const bare = account ? lower.split(account.toLowerCase()).join('') : lower
  const told = new Set<string>()
  let free = 0
  let before = ''
  for (const letter of bare) {
    // one that is there already says little, one that follows its neighbour on the keyboard nothing
    if (!follows(before, letter)) free += told.has(letter) ? 0.5 : 1
    told.add(letter)
    before = letter
  }
  return free < 7 ? 1 : free < 10 ? 2 : free < 14 ? 3 : 4
}

function follows(one: string, next: string): boolean {
  if (!one) return false
  if (one === next) return true
  return ROWS.some((row) => {
    const at = row.indexOf(one)
    return at >= 0 && (row[at + 1] === next || row[at - 1] === next)
  })
}
