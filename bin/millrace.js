#!/usr/bin/env node
// Has to parse on Nodes that are too old to run millrace, so that it can say so: no newer syntax here.
const version = process.versions.node.split('.').map(Number);

if (version[0] < 22 || (version[0] === 22 && version[1] < 18)) {
  console.error(`millrace needs Node 22.18 or newer; this is v${process.versions.node}`);
  process.exitCode = 2;
} else {
  import('node:module')
    .then((module) => {
      // What V8 has compiled is kept for the next start; where it cannot be, that is no failure.
      if (module.enableCompileCache) module.enableCompileCache();
      return import('../dist/cli/main.js');
    })
    .catch((error) => {
      const unbuilt = error.code === 'ERR_MODULE_NOT_FOUND' && /\/dist\/cli\/main\.js$/.test(error.url);
      if (!unbuilt) throw error;
      return import('../src/cli/main.ts');
    })
    .then((cli) => cli.main(process.argv.slice(2), { ownProcess: true }))
    .then((code) => {
      process.exitCode = code;
    })
    .catch((error) => {
      console.error(error);
      process.exitCode = 1;
    });
}
