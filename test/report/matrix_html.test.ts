import type { Locator, Page } from 'playwright-core';
import t from 'tap';
import { toMatrixHtml } from '../../src/report/matrix_html.js';
import { VERDICTS } from '../../src/verdict/finding.js';
import { cluster, fleetOf, nodeDocument } from '../fleet/factory.js';
import { held } from '../verdict/factory.js';
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

/** A fleet in which nodes share columns. */
const LARGE = toMatrixHtml(
  fleetOf(cluster(300, { 'w-7': { without: ['kubelet'] }, 'w-8': { also: [held('backdoor', '0.0.0.0', 31337)] } })),
);

const details = (page: Page): Locator => page.getByRole('dialog');
const rowHead = (page: Page, name: string): Locator => page.getByRole('rowheader', { name, exact: true });
const columnHead = (page: Page, label: string): Locator =>
  page.locator('thead th').filter({ has: page.locator('b', { hasText: new RegExp(`^${label}$`) }) });

async function cell(page: Page, row: string, label: string): Promise<Locator> {
  const column = await columnHead(page, label).evaluate((one) =>
    Array.from(one.parentElement?.children ?? []).indexOf(one),
  );
  return page
    .locator('tr')
    .filter({ has: rowHead(page, row) })
    .locator('th, td')
    .nth(column);
}

/** The focused cell, as row and column. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(`(() => {
    const cell = document.activeElement;
    const head = cell.closest('table').rows[0].cells[cell.cellIndex].firstElementChild?.textContent ?? '';
    return (cell.parentElement.cells[0].firstElementChild?.textContent ?? '') + ' on ' + head;
  })()`);

t.test('tables with details behind cells, rows and nodes', async (t) => {
  const { page, complaints, close } = await openHtml(browser, FAULTY);
  const main = await page.locator('main').innerText();
  t.match(main, /✗ drift 33 nodes/);
  t.match(main, /etcd does not run on 1 of 3 control plane nodes \(cp-2\)/);
  t.match(main, /x\.tgz it is no archive/);
  t.match(main, /What stands out:\n✗ missing/, 'in text as well');
  t.equal(await page.locator('#shown').innerText(), 'Shown: 20 of 20 rows, 33 of 33 nodes');
  await (await cell(page, 'default:2379/tcp etcd', 'cp-2')).click();
  t.match(
    await details(page).innerText(),
    /✗ missing ◆ on cp-2\s+nothing is listening on default:2379\/tcp; etcd should be\s+◆ most nodes of its role are "ok"/,
  );
  t.match(await details(page).innerText(), /File\s+cp-2\.json/);
  await page.keyboard.press('Escape');
  t.notOk(await details(page).isVisible());
  await rowHead(page, 'default:2379/tcp etcd').click();
  t.match(
    await details(page).innerText(),
    /✗ missing ◆ on 1 node\s+cp-2\s+✓ ok on 2 nodes\s+cp-1, cp-3\s+– n\/a on 30 nodes/,
  );
  await details(page).getByRole('button', { name: 'Close' }).click();
  await columnHead(page, 'cp-2').click();
  t.match(await details(page).innerText(), /✗ missing ◆ default:2379\/tcp etcd\s+nothing is listening/);
  await page.keyboard.press('Escape');
  await columnHead(page, 'cp-1').click();
  t.match(await details(page).innerText(), /No faults, and nothing differs from other nodes\./);
  t.strictSame(complaints, []);
  await close();
});

t.test('in a large fleet, nodes that look alike share a column, and the worst come first', async (t) => {
  const { page, complaints, close } = await openHtml(browser, LARGE);
  t.strictSame(await page.locator('thead b').allInnerTexts(), ['w-7', 'w-8', 'cp-1', 'cp-2 +1', 'w-1 +297']);
  t.equal(await page.locator('#shown').innerText(), 'Shown: 20 of 20 rows, 303 of 303 nodes');
  await columnHead(page, 'w-1 \\+297').click();
  t.match(await details(page).innerText(), /298 nodes look alike and share this column: w-1, w-2, .*, w-300\n/);
  await page.keyboard.press('Escape');
  await page.locator('#filter-text').fill('w-299');
  t.equal(await page.locator('#shown').innerText(), 'Shown: 20 of 20 rows, 298 of 303 nodes', 'found by any of them');
  t.strictSame(complaints, []);
  await close();
});

t.test('a link opens a cell', async (t) => {
  const { page, complaints, close } = await openHtml(browser, LARGE);
  await (await cell(page, 'localhost:10248/tcp kubelet', 'w-7')).click();
  const { hash } = new URL(page.url());
  t.equal(hash, '#localhost%3A10248%2Ftcp%20kubelet/w-7');
  await page.keyboard.press('Escape');
  await page.evaluate(`location.hash = ${JSON.stringify(hash.replace('w-7', 'w-250'))}`);
  await details(page).waitFor();
  t.match(await details(page).innerText(), /✓ ok on w-1/, 'of a column that several nodes share, too');
  await page.keyboard.press('Escape');
  await page.evaluate('location.hash = "#nothing/like%20this"');
  t.notOk(await details(page).isVisible());
  t.strictSame(complaints, []);
  await close();
});

t.test('the link in the details leads back to a cell, a row or a node', async (t) => {
  const { page, complaints, close } = await openHtml(browser, FAULTY);
  const openers = [
    await cell(page, ':31337/tcp backdoor', 'w-2'),
    rowHead(page, '*:10250/tcp kubelet'),
    columnHead(page, 'w-9'),
  ];
  for (const opener of openers) {
    await opener.click();
    const text = await details(page).innerText();
    const href = await details(page).getByRole('link', { name: 'Link to this' }).getAttribute('href');
    await page.keyboard.press('Escape');
    await page.evaluate('location.hash = ""; scrollTo(0, 0); document.querySelector(".scroller").scrollTo(0, 0)');
    await page.evaluate(`location.hash = ${JSON.stringify(href)}`);
    await details(page).waitFor();
    t.equal(await details(page).innerText(), text, href ?? '');
    await page.keyboard.press('Escape');
    const box = await page.locator('.scroller').boundingBox();
    const at = await opener.boundingBox();
    t.ok(box !== null && at !== null && at.x >= box.x && at.x < box.x + box.width, 'and brings it into view');
  }
  t.strictSame(complaints, []);
  await close();
});

t.test('details say what to do', async (t) => {
  const { page, close } = await openHtml(browser, FAULTY);
  await (await cell(page, '*:10250/tcp kubelet', 'w-9')).click();
  t.match(await details(page).innerText(), /What to do: Check whether kubelet is running, and its log\./);
  t.strictSame(await details(page).locator('code').allInnerTexts(), [
    'snap services k8s',
    'sudo journalctl -u snap.k8s.kubelet -n 50',
  ]);
  await page.keyboard.press('Escape');
  await (await cell(page, '*:10250/tcp kubelet', 'w-8')).click();
  t.notMatch(await details(page).innerText(), /What to do/, 'where nothing is wrong, nothing');
  await close();
});

t.test('worst first: sections, rows and nodes, and back', async (t) => {
  const { page, complaints, close } = await openHtml(browser, FAULTY);
  const rows = (): Promise<string[]> => page.locator('tr:not(.section) > th[scope=row] b').allInnerTexts();
  const nodes = (): Promise<string[]> => page.locator('thead th b').allInnerTexts();
  const [rowsBefore, nodesBefore] = [await rows(), await nodes()];
  await page.locator('#worst-first').check();
  t.strictSame((await nodes()).slice(0, 5), ['cp-2', 'w-9', 'w-2', 'cp-1', 'cp-3']);
  t.strictSame((await rows()).slice(0, 3), ['localhost:10248/tcp', '*:10250/tcp', 'localhost:9879/tcp']);
  t.strictSame([...(await rows())].sort(), [...rowsBefore].sort(), 'all of them');
  const worst = await cell(page, 'default:2379/tcp etcd', 'cp-2');
  t.match(await worst.innerText(), /missing/, 'cells go with their node');
  await worst.click();
  t.match(await details(page).innerText(), /✗ missing ◆ on cp-2\s+nothing is listening on default:2379/);
  await page.keyboard.press('Escape');
  await page.keyboard.press('ArrowRight');
  t.equal(await focused(page), 'default:2379/tcp on w-9', 'keys follow the order');
  await page.locator('#filter-faults').check();
  t.strictSame(await page.locator('thead th:visible b').allInnerTexts(), ['cp-2', 'w-9', 'w-2']);
  t.equal(await page.locator('tr:not(.section) > th[scope=row]:visible').count(), 5);
  await page.locator('#filter-faults').uncheck();
  await page.locator('#worst-first').uncheck();
  t.strictSame([await rows(), await nodes()], [rowsBefore, nodesBefore]);
  t.strictSame(complaints, []);
  await close();
});

t.test('names show what differs, and the whole name is found', async (t) => {
  const named = cluster(3, { 'w-2': { without: ['kubelet'] } }).map((document) => ({
    ...document,
    node: { ...document.node, hostname: `ip-10-0-${document.node.hostname}.eu-central-1.compute.internal` },
  }));
  const { page, complaints, close } = await openHtml(browser, toMatrixHtml(fleetOf(named)));
  t.strictSame(await page.locator('thead b').allInnerTexts(), [
    '…cp-1…',
    '…cp-2…',
    '…cp-3…',
    '…w-1…',
    '…w-2…',
    '…w-3…',
  ]);
  t.match(await page.locator('.corner').innerText(), '6 nodes; names are ip-10-0-….eu-central-1.compute.internal');
  await columnHead(page, '…w-2…').click();
  t.match(await details(page).innerText(), /^ip-10-0-w-2\.eu-central-1\.compute\.internal\n/);
  await page.keyboard.press('Escape');
  await page.locator('#filter-text').fill('ip-10-0-w-2.eu');
  t.equal(await page.locator('#shown').innerText(), 'Shown: 19 of 19 rows, 1 of 6 nodes');
  t.strictSame(complaints, []);
  await close();
});

t.test('the legend has every verdict as the tables show it', async (t) => {
  const { page, close } = await openHtml(browser, FAULTY);
  await page.getByText('Legend').click();
  for (const verdict of VERDICTS) {
    const word = verdict === 'not-applicable' ? 'n/a' : verdict;
    t.ok(
      await page
        .locator('.legend .chip', { hasText: new RegExp(`^. ${word}$`) })
        .first()
        .isVisible(),
      word,
    );
  }
  await close();
});

t.test('headers stay in view', async (t) => {
  const { page, complaints, close } = await openHtml(browser, FAULTY);
  await page.locator('.scroller').evaluate((box) => box.scrollTo(1e6, 1e6));
  const box = await page.locator('.scroller').boundingBox();
  const head = await columnHead(page, 'w-30').boundingBox();
  const name = await rowHead(page, ':31337/tcp backdoor').boundingBox();
  t.ok(box !== null && head !== null && Math.abs(head.y - box.y) < 3, 'the header row stays on top');
  t.ok(box !== null && name !== null && Math.abs(name.x - box.x) < 3, 'the names of rows stay at the left');
  t.strictSame(complaints, []);
  await close();
});

t.test('by keyboard alone', async (t) => {
  const { page, complaints, close } = await openHtml(browser, FAULTY);
  await page.locator('#filter-odd').focus();
  await page.keyboard.press('Tab');
  if ((await page.locator('.scroller').evaluate((box) => box === box.ownerDocument.activeElement)) === true) {
    await page.keyboard.press('Tab');
  }
  t.equal(await focused(page), 'localhost:9879/tcp on cp-1', 'one tab stop for the whole table');
  await page.keyboard.press('ArrowDown');
  t.equal(await focused(page), 'localhost:9890/tcp on cp-1');
  await page.keyboard.press('ArrowLeft');
  t.equal(await focused(page), 'localhost:9890/tcp on ');
  await page.keyboard.press('Control+End');
  t.equal(await focused(page), ':31337/tcp on w-30');
  await page.keyboard.press('ArrowRight');
  t.equal(await focused(page), ':31337/tcp on w-30', 'stops at the edge');
  await page.keyboard.press('Enter');
  t.ok(await details(page).isVisible());
  await page.keyboard.press('Escape');
  await details(page).waitFor({ state: 'hidden' });
  t.equal(await focused(page), ':31337/tcp on w-30', 'and back');
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('Enter');
  t.notOk(await details(page).isVisible(), 'the corner has no details');
  await page.locator('#filter-faults').check();
  await (await cell(page, 'default:2379/tcp etcd', 'cp-2')).click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('ArrowRight');
  t.equal(await focused(page), 'default:2379/tcp on w-2', 'passes over what the filter hides');
  t.strictSame(complaints, []);
  await close();
});

t.test('filters', async (t) => {
  const { page, complaints, close } = await openHtml(browser, FAULTY);
  const shown = (): Promise<string> => page.locator('#shown').innerText();
  await page.locator('#filter-faults').check();
  t.equal(await shown(), 'Shown: 5 of 20 rows, 3 of 33 nodes');
  t.equal(await page.locator('tr:not(.section) > th[scope=row]:visible').count(), 5);
  t.equal(await page.locator('thead th:visible').count(), 3);
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
  t.equal(await page.evaluate('document.documentElement.scrollWidth'), 360, 'only the tables scroll sideways');
  await page.locator('#filter-faults').check();
  await (await cell(page, 'default:2379/tcp etcd', 'cp-2')).tap();
  const box = await details(page).boundingBox();
  t.ok(box !== null && box.x >= 0 && box.x + box.width <= 360, 'details fit the screen');
  await details(page).getByRole('button', { name: 'Close' }).tap();
  const sizes = await page.locator('tbody td:visible').evaluateAll((all) => all.map((one) => one.clientHeight));
  t.ok(Math.min(...sizes) >= 40, 'cells are large enough for a finger');
  const cut = await page
    .locator('th:visible, td:visible')
    .evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent));
  t.strictSame(cut, [], 'nothing is cut off');
  const words = await page
    .locator('td.odd:visible i')
    .evaluateAll((all) => all.map((one) => one.getClientRects().length));
  t.ok(words.length > 0 && words.every((parts) => parts === 1), 'words are whole');
  const marks = await page.locator('td.odd:visible').evaluateAll((all) =>
    all.map((one) => {
      const view = one.ownerDocument.defaultView;
      const mark = one.querySelector('b');
      const style = mark === null ? undefined : view?.getComputedStyle(mark, '::after');
      return [
        style?.content,
        style?.position,
        Number.parseFloat(style?.right ?? '') + Number.parseFloat(style?.width ?? '') < one.clientWidth,
      ];
    }),
  );
  for (const mark of marks) t.strictSame(mark, ['"◆"', 'absolute', true], 'the mark is in the corner of its cell');
  t.strictSame(complaints, []);
  await close();
});

t.test('in print', async (t) => {
  const { page, complaints, close } = await openHtml(browser, FAULTY, { colorScheme: 'dark' });
  await page.emulateMedia({ media: 'print' });
  t.match(
    await page.locator('pre').innerText(),
    /✗ missing {2}default:2379\/tcp {2}etcd {2}on cp-2\n +nothing is listening/,
  );
  const width = await page.locator('table').evaluate((one) => one.getBoundingClientRect().width);
  t.ok(width < (277 / 25.4) * 96, `33 nodes fit A4 in landscape: ${width} px`);
  t.equal(await page.evaluate('getComputedStyle(document.body).backgroundColor'), 'rgb(255, 255, 255)', 'always white');
  t.ok((await page.pdf()).length > 10_000);
  t.strictSame(complaints, []);
  await close();
});

t.test('there are symbols and words besides colours, and colours have contrast', async (t) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, close } = await openHtml(browser, FAULTY, { colorScheme });
    const cells = page.locator('tbody td');
    for (const text of new Set(await cells.allInnerTexts())) t.match(text, /^[✗▲▽?✓–·] [\w/-]+( [◆◇])?$/);
    const colours = await cells.evaluateAll((all) =>
      all.map((one) => {
        const view = one.ownerDocument.defaultView;
        const own = view?.getComputedStyle(one).color ?? '';
        const behind = [one, one.ownerDocument.body]
          .map((element) => view?.getComputedStyle(element).backgroundColor ?? '')
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

t.test('without JavaScript the tables and the text are complete', async (t) => {
  const { page, close } = await openHtml(browser, FAULTY, { javaScriptEnabled: false });
  t.equal(await page.locator('tbody td:visible').count(), 20 * 33);
  t.match(await page.locator('pre').innerText(), /What stands out:/);
  t.notOk(await page.locator('#filter').isVisible());
  await close();
});

t.test('one node, and none', async (t) => {
  for (const documents of [[], [nodeDocument('only')]]) {
    const { page, complaints, close } = await openHtml(browser, toMatrixHtml(fleetOf(documents)));
    t.equal(await page.locator('table').count(), documents.length);
    const shown = documents.length === 0 ? 'Shown: nothing could be read' : 'Shown: 19 of 19 rows, 1 of 1 nodes';
    t.equal(await page.locator('#shown').innerText(), shown);
    t.strictSame(complaints, []);
    await close();
  }
});

t.test('a thousand nodes that all differ are under 5 MB', async (t) => {
  const also = Array.from({ length: 400 }, (_, at) => held(`p${at}`, '0.0.0.0', 2000 + at));
  const workers = Array.from({ length: 997 }, (_, at) =>
    nodeDocument(`worker-${at}`, {
      address: `198.51.${at >> 8}.${at & 255}`,
      without: at === 900 ? ['kubelet'] : [],
      also: also.filter((_, port) => port % 11 > 8 || ((at >> (port % 11)) & 1) === 1),
    }),
  );
  const html = toMatrixHtml(fleetOf([...cluster(0), ...workers]));
  t.ok(Buffer.byteLength(html) < 5_000_000, `${Buffer.byteLength(html)} bytes`);
  t.match(html, /… and \d+ more listeners that are not on the page; --format json has them all/);
  t.match(html, /Details are left out to limit the size of the page/);
  const { page, complaints, close } = await openHtml(browser, html);
  await page.locator('#filter-text').fill('kubelet worker-900');
  t.match(await page.locator('#shown').innerText(), /2 of \d+ rows, 1 of 1000 nodes/);
  t.strictSame(complaints, []);
  await close();
});
