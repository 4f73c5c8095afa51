// The pages' way to the daemon is the whole front end's.
export { api, failure, Refused, send } from '../asking'
