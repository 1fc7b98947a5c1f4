'use strict';
const { i18n } = require('@lingui/core');

/** What sources of the pages say in tests without a browser: the texts as they stand in the source. */
if (i18n.locale === '') i18n.loadAndActivate({ locale: 'en', messages: {} });
