import '../../src/index.ts';

console.log(JSON.stringify({ rssMb: process.resourceUsage().maxRSS / 1024 }));
