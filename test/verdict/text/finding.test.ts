import t from 'tap';
import { FINDING_CODES } from '../../../src/verdict/codes.js';
import { quotesSetting, settingText } from '../../../src/verdict/text/configuration.js';
import { CASES } from './finding_cases.js';

t.test('every code has its sentence, with the reason in it', (t) => {
  for (const [finding, text] of CASES) {
    const { code, message, reason, configuration, params } = finding;
    const [before = '', why] = text.split('|');
    t.equal(message, why === undefined || before === '' ? `${before}${why ?? ''}` : `${before}; ${why}`, `${code}`);
    if (why !== undefined) t.equal(reason, why, `${code}: the reason`);
    if (reason !== null) t.ok(message.includes(reason), `${code}: the message has it`);
    if (configuration !== null && params.running === undefined) {
      t.equal(message.includes(settingText(configuration)), quotesSetting(finding), `${code}: the setting`);
    }
  }
  const seen = new Set(CASES.map(([{ code }]) => code));
  t.strictSame(
    Object.keys(FINDING_CODES).filter((code) => !seen.has(code as keyof typeof FINDING_CODES)),
    [],
    'no code is without a case',
  );
  t.end();
});

t.test('every code says what to do, unless there is nothing to do', (t) => {
  const nothing = new Set(CASES.filter(([{ advice }]) => advice === null).map(([{ code }]) => code));
  t.strictSame(
    [...nothing],
    [
      ...['listens', 'listens-at-noted-path', 'replaced-by-service', 'row-not-on-page-of-node', 'row-not-for-role'],
      'configured-place',
      ...['condition-not-met', 'unit-not-enabled', 'network-feature-off', 'other-datastore'],
    ],
  );
  for (const [{ code, advice, severity }] of CASES) {
    if (advice !== null) t.match(advice.text, /^[A-Z].*\.$/, `${code}: a sentence`);
    if (severity === 'error') t.ok(advice?.commands.length, `${code}: an error comes with a command`);
  }
  t.end();
});

t.test('a code is of one verdict, and documented', (t) => {
  for (const [{ code, verdict }] of CASES) t.equal(code === null ? null : FINDING_CODES[code].verdict, verdict);
  for (const [code, { about }] of Object.entries(FINDING_CODES)) t.match(about, /^[A-Z].*\.$/, code);
  t.end();
});
