import t from 'tap';
import { hasToken, readToken } from '../../../src/cli/serve/token.js';

const TOKEN = '0123456789abcdef';

t.test('the token alone is allowed', async (t) => {
  const directory = t.testdir({ bare: TOKEN, line: `${TOKEN}\n`, dos: `${TOKEN}\r\n` });
  for (const name of ['bare', 'line', 'dos']) {
    const isAllowed = (authorization?: string) => hasToken(`${directory}/${name}`, authorization);
    t.ok(await isAllowed(`Bearer ${TOKEN}`), name);
    t.ok(await isAllowed(`bearer  ${TOKEN}`), 'the scheme is case-insensitive (RFC 9110)');
    const others = [
      undefined,
      '',
      TOKEN,
      'Bearer',
      'Bearer ',
      `Basic ${TOKEN}`,
      `Bearer ${TOKEN}0`,
      `Bearer ${TOKEN} x`,
    ];
    for (const other of others) t.notOk(await isAllowed(other), String(other));
  }
});

t.test('what is no token', async (t) => {
  const directory = t.testdir({
    empty: '',
    short: 'secret\n',
    lines: `${TOKEN}\n${TOKEN}\n`,
    binary: `${TOKEN}\u0000`,
  });
  for (const name of ['empty', 'short', 'lines', 'binary', 'absent']) {
    await t.rejects(readToken(`${directory}/${name}`), { code: 'ERR_INPUT', hint: String }, name);
  }
});
