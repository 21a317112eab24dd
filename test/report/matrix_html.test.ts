import t from 'tap';
import { toMatrixHtml } from '../../src/report/matrix_html.js';
import { VERDICTS } from '../../src/verdict/finding.js';
import { cluster, fleetOf, nodeDocument } from '../fleet/factory.js';
import { held } from '../verdict/factory.js';
import { openHtml, startBrowser } from './browser.js';
import { cell, columnHead, details, FAULTY, focused, LARGE, rowHead } from './matrix_page.js';

const browser = await startBrowser();
t.teardown(() => browser.close());

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
