// Loaded into tests: the programs that they start are run as a user runs them. Otherwise tap loads modules into each, which takes longer
// than the program itself does, to measure a coverage that bundles do not have.

import processOnSpawn from 'process-on-spawn';

processOnSpawn.removeAllListeners();
