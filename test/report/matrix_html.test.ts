import { inflateRawSync } from 'node:zlib';
import type { Locator, Page } from 'playwright-core';
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
    {
      unreadable: { 'x.tgz': 'it is no archive' },
    },
  ),
);

const cell = (page: Page, label: string): Locator => page.getByRole('button', { name: label, exact: true });
const details = (page: Page): Locator => page.getByRole('dialog');

t.test('the matrix, with details behind cells, rows and nodes', async (t) => {
  const { page, complaints, close } = await openHtml(browser, FAULTY);
  t.match(await page.locator('main').innerText(), /✗ drift 33 nodes/);
  t.match(await page.locator('main').innerText(), /etcd does not run on 1 of 3 control plane nodes \(cp-2\)/);
  t.match(await page.locator('main').innerText(), /x\.tgz it is no archive/);
  t.equal(await page.locator('#shown').innerText(), 'Shown: 20 of 20 rows, 33 of 33 nodes');
  await cell(page, 'missing, etcd default:2379/tcp on cp-2, differs from most nodes of its role').click();
  t.match(
    await details(page).innerText(),
    /✗ missing on cp-2\s+nothing listens on default:2379\/tcp; etcd should\s+◆ Most nodes of the role control-plane are “ok”/,
  );
  t.match(await details(page).innerText(), /File\s+cp-2\.json/);
  await page.keyboard.press('Escape');
  t.notOk(await details(page).isVisible());
  await page.getByRole('button', { name: 'default:2379/tcp etcd' }).click();
  t.match(
    await details(page).innerText(),
    /✗ missing on 1 node ◆\s+cp-2\s+✓ ok on 2 nodes\s+cp-1, cp-3\s+– n\/a on 30 nodes/,
  );
  await details(page).getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: /^cp-2 / }).click();
  t.match(await details(page).innerText(), /✗ missing etcd default:2379\/tcp\s+nothing listens/);
  t.strictSame(complaints, []);
  await close();
});

t.test('only what is in view exists, and all of it comes into view', async (t) => {
  const { page, complaints, close } = await openHtml(browser, FAULTY);
  t.ok((await page.locator('.scroller thead th').count()) < 25, 'not all of 33 nodes');
  await page.locator('.scroller').evaluate((box) => box.scrollTo(1e6, 1e6));
  await page.getByRole('button', { name: /^w-30 / }).waitFor();
  await cell(page, 'none, backdoor :31337/tcp on w-30').waitFor();
  const corner = await page.locator('.scroller').boundingBox();
  const head = await page.getByRole('button', { name: /^w-30 / }).boundingBox();
  const name = await page.getByRole('button', { name: ':31337/tcp backdoor' }).boundingBox();
  t.ok(corner !== null && head !== null && Math.abs(head.y - corner.y) < 3, 'the header row stays on top');
  t.ok(corner !== null && name !== null && Math.abs(name.x - corner.x) < 3, 'the names of rows stay at the left');
  t.strictSame(complaints, []);
  await close();
});

t.test('by keyboard alone', async (t) => {
  const { page, complaints, close } = await openHtml(browser, FAULTY);
  const focused = (): Promise<string> =>
    page.evaluate('document.activeElement.getAttribute("aria-label") ?? document.activeElement.innerText');
  await page.locator('#filter-odd').focus();
  await page.keyboard.press('Tab');
  if ((await page.locator('.scroller').evaluate((box) => box === box.ownerDocument.activeElement)) === true) {
    await page.keyboard.press('Tab');
  }
  t.match(await focused(), /^cp-1/, 'one stop for the whole grid');
  await page.keyboard.press('ArrowDown');
  t.equal(await focused(), 'ok, cilium-agent localhost:9879/tcp on cp-1');
  await page.keyboard.press('ArrowLeft');
  t.match(await focused(), /^localhost:9879\/tcp/);
  await page.keyboard.press('ArrowUp');
  t.match(await focused(), /^localhost:9879\/tcp/, 'there is nothing in the corner');
  await page.keyboard.press('Control+End');
  t.equal(await focused(), 'none, backdoor :31337/tcp on w-30', 'however far');
  await page.keyboard.press('Control+Home');
  t.equal(await focused(), 'ok, cilium-agent localhost:9879/tcp on cp-1');
  await page.keyboard.press('Enter');
  t.ok(await details(page).isVisible());
  await page.keyboard.press('Escape');
  await details(page).waitFor({ state: 'hidden' });
  t.equal(await focused(), 'ok, cilium-agent localhost:9879/tcp on cp-1', 'and back');
  t.strictSame(complaints, []);
  await close();
});

t.test('filters', async (t) => {
  const { page, complaints, close } = await openHtml(browser, FAULTY);
  const shown = (): Promise<string> => page.locator('#shown').innerText();
  await page.locator('#filter-faults').check();
  t.equal(await shown(), 'Shown: 5 of 20 rows, 3 of 33 nodes');
  await page.locator('#filter-text').fill('kubelet');
  t.equal(await shown(), 'Shown: 2 of 20 rows, 1 of 33 nodes');
  await page.locator('#filter-faults').uncheck();
  t.equal(await shown(), 'Shown: 2 of 20 rows, 33 of 33 nodes');
  await page.locator('#filter-text').fill('W-9');
  t.equal(await shown(), 'Shown: 20 of 20 rows, 1 of 33 nodes', 'in either case');
  await page.locator('#filter-text').fill('etcd cp-');
  t.equal(await shown(), 'Shown: 2 of 20 rows, 3 of 33 nodes');
  await page.locator('#filter-text').fill('unexpected');
  t.equal(await shown(), 'Shown: 1 of 20 rows, 33 of 33 nodes');
  await page.locator('#filter-text').fill('nothing like this');
  t.equal(await shown(), 'Shown: 0 of 20 rows, 33 of 33 nodes');
  await page.locator('#filter-text').fill('');
  await page.locator('#filter-odd').check();
  t.equal(await shown(), 'Shown: 5 of 20 rows, 3 of 33 nodes');
  t.strictSame(complaints, []);
  await close();
});

t.test('on a phone', async (t) => {
  const phone = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
  const { page, complaints, close } = await openHtml(browser, FAULTY, phone);
  t.equal(await page.evaluate('document.documentElement.scrollWidth'), 360, 'nothing but the matrix scrolls sideways');
  await page.locator('#filter-faults').check();
  await cell(page, 'missing, etcd default:2379/tcp on cp-2, differs from most nodes of its role').tap();
  const box = await details(page).boundingBox();
  t.ok(box !== null && box.x >= 0 && box.x + box.width <= 360, 'details fit the screen');
  await details(page).getByRole('button', { name: 'Close' }).tap();
  const sizes = await page.locator('.scroller button').evaluateAll((all) => all.map((one) => one.clientHeight));
  t.ok(Math.min(...sizes) >= 40, 'cells are large enough for a finger');
  const cut = await page
    .locator('.scroller tbody th b')
    .evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent));
  t.strictSame(cut, [], 'no port is cut off');
  t.strictSame(complaints, []);
  await close();
});

t.test('in print', async (t) => {
  const { page, complaints, close } = await openHtml(browser, FAULTY, { colorScheme: 'dark' });
  await page.emulateMedia({ media: 'print' });
  await page.locator('.paper table').first().waitFor();
  t.equal(await page.locator('.paper table').count(), 5, 'blocks of seven nodes');
  const text = await page.locator('.paper').innerText();
  for (const node of ['cp-1', 'w-30']) t.match(text, node);
  t.match(text, /✗ missing, etcd default:2379\/tcp on cp-2: nothing listens/);
  t.notOk(await page.locator('.scroller').isVisible());
  t.equal(
    await page.evaluate('getComputedStyle(document.body).backgroundColor'),
    'rgb(255, 255, 255)',
    'on white, always',
  );
  t.ok((await page.pdf()).length > 10_000);
  t.strictSame(complaints, []);
  await close();
});

t.test('signs and words are there besides colours, and colours have contrast', async (t) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, close } = await openHtml(browser, FAULTY, { colorScheme });
    const cells = page.locator('.scroller tbody td button');
    for (const text of await cells.allInnerTexts()) t.match(text, /^[✗▲▽?✓–·] [\w/-]+( [◆◇])?$/);
    const colours = await cells.evaluateAll((all) =>
      all.map((one) => {
        const view = one.ownerDocument.defaultView;
        const own = view?.getComputedStyle(one).color ?? '';
        const behind = [one.parentElement, one.ownerDocument.body]
          .map((element) => (element === null ? '' : (view?.getComputedStyle(element).backgroundColor ?? '')))
          .find((colour) => !/, 0\)$/.test(colour));
        return [own, behind ?? ''];
      }),
    );
    for (const pair of new Set(colours.map((one) => one.join(' on ')))) {
      const [ink = '', paper = ''] = pair.split(' on ');
      t.ok(contrast(ink, paper) >= 4.5, `${colorScheme}: ${pair} (${contrast(ink, paper).toFixed(1)})`);
    }
    await close();
  }
});

/** WCAG 2.2, "contrast ratio" and "relative luminance". */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map((value) => {
    const part = Number(value) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

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

t.test('nothing that a snapshot holds becomes markup or script', async (t) => {
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
    const name = page.locator('.scroller thead b').first();
    t.match(
      await name.innerText(),
      evil.replace(/[\u202e\u2066]/g, (one) => `\\u{${one.codePointAt(0)?.toString(16)}}`).replace(/\s+/g, ' '),
    );
    await page.locator('.scroller tbody tr.first td button').last().click();
    await page.keyboard.press('Escape');
    await page.locator('.scroller thead button').first().click();
    t.strictSame(complaints, [], evil);
    await close();
    const plain = await openHtml(browser, html, { javaScriptEnabled: false });
    t.equal(await plain.page.locator('img, svg').count(), 0, 'nor without JavaScript');
    t.match(await plain.page.locator('noscript').textContent(), 'What stands out');
    await plain.close();
  }
});

t.test('the policy allows its own script and style and nothing else', async (t) => {
  t.match(
    FAULTY,
    /content="default-src 'none'; script-src 'sha256-[\w+/=]+'; style-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'"/,
  );
  const { page, complaints, close } = await openHtml(
    browser,
    FAULTY.replace('<main>', '<main><script>document.title = "x"</script>'),
  );
  t.not(await page.title(), 'x');
  t.match(complaints.join(), /Content Security Policy/, 'so that a hole in our escaping would be none');
  await close();
});

t.test('one node, and none', async (t) => {
  for (const documents of [[], [nodeDocument('only')]]) {
    const { page, complaints, close } = await openHtml(browser, toMatrixHtml(fleetOf(documents)));
    t.equal(await page.locator('.scroller').count(), documents.length);
    const shown =
      documents.length === 0 ? 'Shown: nothing, as nothing could be read' : 'Shown: 19 of 19 rows, 1 of 1 node';
    t.equal(await page.locator('#shown').innerText(), shown);
    t.strictSame(complaints, []);
    await close();
  }
});

t.test('a thousand nodes are under 5 MB, and there at once', async (t) => {
  const start = cluster(0);
  const also = Array.from({ length: 40 }, (_, at) => held(`p${at}`, '0.0.0.0', 2000 + at));
  const workers = Array.from({ length: 997 }, (_, at) =>
    nodeDocument(`worker-${at}`, {
      address: `198.51.${at >> 8}.${at & 255}`,
      without: at === 900 ? ['kubelet'] : [],
      also,
    }),
  );
  const html = toMatrixHtml(fleetOf([...start, ...workers]));
  t.ok(html.length < 5_000_000, `${html.length} bytes`);
  const { page, complaints, close } = await openHtml(browser, html);
  await page.locator('#filter-odd').check();
  t.match(await page.locator('#shown').innerText(), /2 of \d+ rows, 1 of 1000 nodes/);
  t.strictSame(complaints, []);
  await close();
});

t.test('the data is what the page says it is', (t) => {
  const packed = /<script id="data" type="text\/plain">([\w+/=]+)<\/script>/.exec(FAULTY)?.[1] ?? '';
  const data = JSON.parse(inflateRawSync(Buffer.from(packed, 'base64')).toString());
  t.equal(data.matrices[0].nodes.length, 33);
  t.end();
});
