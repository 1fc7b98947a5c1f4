import { OpenclawError } from '../common/openclaw-error';
import { goesBy } from './passing-fault';

const withFacts = (facts: Record<string, unknown>): Error => Object.assign(new Error('x'), facts);

describe('whether a failure to take an update goes by', () => {
  it.each<[string, unknown]>([
    ['a shutdown', new OpenclawError('DRAINING', 'x')],
    ['a full disk', new OpenclawError('INTAKE_PAUSED', 'x')],
    ['a busy SQLite file', withFacts({ errcode: 5 })],
    ['a refused connection', withFacts({ code: 'ECONNREFUSED', syscall: 'connect' })],
    ['a fetch that failed', new TypeError('fetch failed', { cause: withFacts({ code: 'UND_ERR_SOCKET' }) })],
    ['an API that answers 503', withFacts({ status: 503 })],
    ['an API of Slack', withFacts({ code: 'slack_webapi_platform_error' })],
    ['a deadline', Object.assign(new Error('x'), { name: 'TimeoutError' })],
  ])('%s does', (_, error) => expect(goesBy(error)).toBe(true));

  it.each<[string, unknown]>([
    ['a fault of ours', new TypeError("can't read properties of null")],
    ['a broken text', new SyntaxError('Unexpected token')],
    ['a refused row', withFacts({ errcode: 19, code: 'ERR_SQLITE_ERROR' })],
    ['an error that says nothing', new Error('boom')],
    ['something that is no error', 'boom'],
  ])('%s does not', (_, error) => expect(goesBy(error)).toBe(false));
});
