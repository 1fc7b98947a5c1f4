'use strict';
// Stands for `whatwg-url` in the bundles.
module.exports = { URL, URLSearchParams };
