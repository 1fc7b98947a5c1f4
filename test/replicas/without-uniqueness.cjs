'use strict';
// Loaded into a gateway to break it: no message is known again, so one that a platform hands out twice is two.
const { join } = require('node:path');
const { randomUUID } = require('node:crypto');

const { InboxStore } = require(join(__dirname, '../../dist/inbox/inbox.store.js'));
const { insertIn } = InboxStore.prototype;
InboxStore.prototype.insertIn = function insertAnyhow(transaction, row) {
  return insertIn.call(this, transaction, { ...row, externalId: `${row.externalId}#${randomUUID()}` });
};
