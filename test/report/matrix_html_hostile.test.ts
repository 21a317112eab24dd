import t from 'tap';
import { toMatrixHtml } from '../../src/report/matrix_html.js';
import { BUILTIN, cluster, fleetOf, nodeDocument } from '../fleet/factory.js';
import { held, listener } from '../verdict/factory.js';
import { openHtml, startBrowser } from './browser.js';

const browser = await startBrowser();
t.teardown(() => browser.close());

const FAULTY = toMatrixHtml(
  fleetOf(
    cluster(30, {
      'cp-2': { without: ['etcd'] },
      'w-2': { also: [held('backdoor', '0.0.0.0', 31337)] },
      'w-9': { without: ['kubelet'] },
    }),
    { unreadable: { 'x.tgz': 'it is no archive' } },
  ),
);

const HOSTILE = [
  '</script><script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onclick='alert(1)",
  '<!--<script>',
  '</noscript><svg onload=alert(1)>',
  '\u202eevil\u2066',
  '&lt;b&gt;',
  '{{constructor}} `',
  '__proto__',
];

t.test('nothing in a snapshot becomes markup or script', async (t) => {
  for (const evil of HOSTILE) {
    const document = nodeDocument(evil, { also: [held(evil, '0.0.0.0', 7), listener('0.0.0.0', 8)] });
    const spec = { ...BUILTIN, title: evil, notes: { ...BUILTIN.notes, sources: [evil] } };
    const other = nodeDocument(`${evil}2`, { spec, without: ['kubelet'], address: '192.0.2.3' });
    const html = toMatrixHtml(
      fleetOf([{ ...document, capturedAt: evil, node: { ...document.node, roleSource: evil } }, other], {
        unreadable: { [evil]: evil },
      }),
    );
    t.notMatch(html, /[\u202e\u2066]/);
    const { page, complaints, close } = await openHtml(browser, html);
    t.equal(await page.locator('script').count(), 2, 'no script but its own');
    t.equal(await page.locator('img, svg, b b').count(), 0);
    t.match(
      await page.locator('thead b').first().innerText(),
      evil.replace(/[\u202e\u2066]/g, (one) => `\\u{${one.codePointAt(0)?.toString(16)}}`).replace(/\s+/g, ' '),
    );
    await page.locator('tbody td').last().click();
    await page.keyboard.press('Escape');
    await page.locator('thead th').first().click();
    t.strictSame(complaints, [], evil);
    await close();
  }
});

t.test('the policy allows only its own script and style', async (t) => {
  t.match(
    FAULTY,
    /content="default-src 'none'; script-src 'sha256-[\w+/=]+'; style-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'"/,
  );
  const { page, complaints, close } = await openHtml(
    browser,
    FAULTY.replace('<main>', '<main><script>document.title = "x"</script>'),
  );
  t.not(await page.title(), 'x');
  t.match(complaints.join(), /Content Security Policy/, 'so that a hole in our escaping does no harm');
  await close();
});
