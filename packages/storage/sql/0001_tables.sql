-- What Switchboard remembers. Only the functions of the later migrations write here: they take the lock of a
-- conversation before they touch anything that belongs to it.
--
-- Hot tables refer to each other without foreign keys: the check of one row costs as much as the insert itself, and
-- every writer already holds the row it would check.

-- Domains: a check of a table is parsed anew by every statement that writes to it, a tenth of the cost of a message.
create domain switchboard.conversation_kind as text collate "C" check (value in ('direct', 'group'));
create domain switchboard.handoff_state as text collate "C" check (value in ('bot', 'requested', 'human'));
create domain switchboard.author as text collate "C" check (value in ('customer', 'bot', 'operator'));
create domain switchboard.message_status as text collate "C"
  check (value in ('pending', 'sending', 'sent', 'delivered', 'read', 'failed', 'unknown', 'cancelled', 'parked'));

create table switchboard.accounts (
  id integer generated always as identity primary key,
  channel text collate "C" not null,
  name text collate "C" not null,
  created_at timestamptz not null default now(),
  unique (channel, name)
);
comment on table switchboard.accounts is 'Business numbers and sessions, as their channel names them.';

create table switchboard.users (
  id bigint generated always as identity primary key,
  name text,
  phone text,
  created_at timestamptz not null default now()
);
comment on table switchboard.users is 'People. What they are called by channels is in identities.';
comment on column switchboard.users.phone is 'E.164: the phone identity that was added last.';

create table switchboard.identities (
  value text collate "C" not null,
  kind text collate "C" not null check (kind in ('phone', 'bsuid', 'parent_bsuid', 'lid', 'jid', 'id')),
  channel text collate "C" not null,
  user_id bigint not null references switchboard.users on delete cascade,
  created_at timestamptz not null default now(),
  primary key (value, kind, channel)
);
create index identities_user on switchboard.identities (user_id);
comment on table switchboard.identities is 'Addresses of people: whose each one is now.';
comment on column switchboard.identities.channel is 'Empty for phones: a number is one person on every channel.';

create table switchboard.former_identities (
  user_id bigint not null references switchboard.users on delete cascade,
  kind text collate "C" not null,
  channel text collate "C" not null,
  value text collate "C" not null,
  left_at timestamptz not null default now(),
  primary key (value, kind, channel, user_id)
);
create index former_identities_user on switchboard.former_identities (user_id);
comment on table switchboard.former_identities is 'Addresses that people have left. An event that is late does not give them back.';
comment on column switchboard.former_identities.left_at is 'When the provider said so, if it says when: what was true before is no evidence any more.';

create table switchboard.conversations (
  id bigint generated always as identity primary key,
  user_id bigint references switchboard.users,
  version bigint not null default 0,
  fence bigint not null default 0,
  last_position bigint not null default 0,
  read_to bigint not null default 0,
  due_at timestamptz,
  unread_since timestamptz,
  lease_until timestamptz,
  idle_at timestamptz,
  customer_at timestamptz,
  early_until timestamptz,
  created_at timestamptz not null default now(),
  account_id integer not null references switchboard.accounts,
  message_count integer not null default 0,
  unread_count integer not null default 0,
  attempts integer not null default 0,
  voids integer not null default 0,
  parked boolean not null default false,
  kind switchboard.conversation_kind not null,
  handoff switchboard.handoff_state not null default 'bot',
  peer_kind text collate "C" not null,
  peer_value text collate "C" not null,
  group_id text collate "C",
  -- Coarse, so that most updates leave the index over it alone.
  active_hour bigint not null generated always as (last_position / 3600000000) stored
) with (fillfactor = 60);
create unique index conversations_direct on switchboard.conversations (user_id, account_id) where user_id is not null;
create unique index conversations_group on switchboard.conversations (group_id, account_id) where group_id is not null;
create index conversations_idle on switchboard.conversations (idle_at) where idle_at is not null;
create index conversations_recent on switchboard.conversations (active_hour);
comment on column switchboard.conversations.early_until is 'Until when new messages are looked for among those that were amended before they came. Null: never did that happen here.';
comment on table switchboard.conversations is 'Chats. The row is also the lock of everything that belongs to the chat.';
comment on column switchboard.conversations.version is 'Grows with each message that the bot must know of.';
comment on column switchboard.conversations.fence is 'Grows with each claim and each change of the handoff: holders of an older one have lost.';
comment on column switchboard.conversations.last_position is 'The greatest position of its messages, 0 without any.';
comment on column switchboard.conversations.read_to is 'Position up to which the bot has dealt with the customer''s messages.';
comment on column switchboard.conversations.due_at is 'When the bot should look. Null: there is nothing to do, or a person is in charge.';
comment on column switchboard.conversations.unread_since is 'When the first unread message came: the longest wait counts from here.';
comment on column switchboard.conversations.lease_until is 'Until when a worker holds the conversation.';
comment on column switchboard.conversations.idle_at is 'When the bot takes over again from a person who has not written.';
comment on column switchboard.conversations.customer_at is 'When the customer wrote last, by the provider''s time: it opens the window in which anything may be sent.';
comment on column switchboard.conversations.parked is 'Some of its messages may be parked.';
comment on column switchboard.conversations.attempts is 'Claims since the last ending.';
comment on column switchboard.conversations.voids is 'Replies to the present burst that newer messages made void.';
comment on column switchboard.conversations.peer_value is 'Where replies go: the address of the newest message.';

create table switchboard.wakes (
  conversation_id bigint primary key,
  due_at timestamptz not null
);
create index wakes_due on switchboard.wakes (due_at);
comment on table switchboard.wakes is 'The conversations that have a due_at, by a time that is not later. An index over due_at itself would make every update of a conversation write all of its indexes: a fifth of the cost of a message.';

create table switchboard.messages (
  conversation_id bigint not null,
  position bigint not null,
  turn_id bigint,
  sender_id bigint,
  received_at timestamptz not null,
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  account_id integer not null,
  answerable boolean not null,
  author switchboard.author not null,
  type text collate "C" not null,
  status switchboard.message_status,
  outbound_id text collate "C",
  former_id text collate "C",
  provider_id text collate "C",
  quoted_id text collate "C",
  sender_name text,
  text text,
  error text,
  content jsonb,
  raw text,
  amended jsonb,
  primary key (conversation_id, position),
  unique (account_id, provider_id)
) with (fillfactor = 95);
create index messages_amendments on switchboard.messages (account_id, quoted_id) where type in ('reaction', 'edit', 'revoke');
create index messages_reactions on switchboard.messages (sender_id) where type = 'reaction' and sender_id is not null;
create unique index messages_outbound on switchboard.messages (outbound_id) where outbound_id is not null;
comment on table switchboard.messages is 'Every line of every conversation, in the order of position. (account_id, provider_id) is the key of deduplication.';
comment on column switchboard.messages.position is 'Microseconds since 1970, strictly growing in the order of commits; backfilled ones lie at the time when they were written.';
comment on column switchboard.messages.turn_id is 'The turn that wrote it. Pieces of one text of an operator share a number below zero.';
comment on column switchboard.messages.sender_id is 'The user who wrote it, in groups. Not changed by a merge: user_now says who that is.';
comment on column switchboard.messages.answerable is 'The customer says something now: the rule isSaid of @switchboard/core, it was not revoked, and it was not dealt with before a merge moved the mark back.';
comment on column switchboard.messages.status is 'Of outbound messages. HOT updates keep receipts cheap: no index names it.';
comment on column switchboard.messages.outbound_id is 'Our id of what we send. Other messages are known as conversation-position.';
comment on column switchboard.messages.former_id is 'The id that a message without an outbound_id had before its conversation went into another one. It keeps it.';
comment on column switchboard.messages.quoted_id is 'Provider id of the quoted message; of reactions, edits and revocations the message meant.';
comment on column switchboard.messages.content is 'Null when it is {"type": "text", "text": text}, also in an edit, and for reactions and revocations.';
comment on column switchboard.messages.amended is '{editedAt, original: {type, text, content}, revokedAt, reactions: [{by, name, emoji}]}, times in milliseconds. text and content are what it says now; of a revoked message only original has the words, and nothing reads them.';
comment on column switchboard.messages.raw is 'The provider''s own object as JSON. Text, since json and jsonb refuse some of what providers send.';

create table switchboard.turns (
  id bigint generated always as identity primary key,
  conversation_id bigint not null,
  from_position bigint not null,
  to_position bigint not null,
  started_at timestamptz not null,
  ended_at timestamptz not null,
  attempts integer not null,
  waiting boolean not null default false,
  burst bigint[],
  outcome text collate "C" not null check (outcome in ('answered', 'silent', 'parked')),
  error text,
  model text,
  usage jsonb,
  check (outcome = 'parked' or not waiting)
);
create index turns_ended on switchboard.turns (ended_at);
create index turns_parked on switchboard.turns (ended_at) where outcome = 'parked';
create index turns_waiting on switchboard.turns (conversation_id, to_position) where waiting;
comment on table switchboard.turns is 'The bot''s answers to bursts. The burst: answerable messages beyond from_position, up to to_position.';
comment on column switchboard.turns.burst is 'Of a parked turn whose conversation was merged: the positions of its messages. Others lie among them now.';
comment on column switchboard.turns.waiting is 'A parked turn that shall be answered again.';

create table switchboard.deliveries (
  conversation_id bigint not null,
  position bigint not null,
  due_at timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  after_position bigint,
  attempt integer not null,
  after_attempt integer,
  state text collate "C" not null check (
    state in ('pending', 'sending', 'sent', 'failed', 'retried', 'deferred', 'parked', 'unknown', 'cancelled')
  ),
  error text,
  release text collate "C" check (release in ('forced', 'template')),
  refused_id text collate "C",
  primary key (conversation_id, position, attempt),
  check (state not in ('pending', 'sending') or due_at is not null)
);
create index deliveries_open on switchboard.deliveries (conversation_id, position) where state in ('pending', 'sending');
create index deliveries_parked on switchboard.deliveries (conversation_id, position) where state = 'parked';
create index deliveries_refused on switchboard.deliveries (refused_id) where refused_id is not null;
create index deliveries_due on switchboard.deliveries (state, due_at) where due_at is not null;
comment on table switchboard.deliveries is 'Attempts to send a message, recorded before they happen. A message is pending or sending exactly while one of its attempts is.';
comment on column switchboard.deliveries.after_position is 'Which record gave it to its sender, with after_attempt: a record that is repeated gives it again.';
comment on column switchboard.deliveries.state is 'deferred: the message was given back before it left, or was parked and is so no more. Such attempts are not counted.';
comment on column switchboard.deliveries.release is 'How it was let go although its window counts as closed. forced: by a person, whatever the window is; template: only as a template, since the provider has said that the window is closed.';
comment on column switchboard.deliveries.refused_id is 'The provider''s id of the message in this attempt, which it took and refused later because the window was closed. What it still says about that id is not about the next attempt.';
comment on column switchboard.deliveries.due_at is 'pending: when it may leave. sending: when its answer is overdue. unknown: since when. Otherwise null.';

create table switchboard.receipts (
  account_id integer not null references switchboard.accounts,
  provider_id text collate "C" not null,
  status text collate "C" not null check (status in ('sent', 'delivered', 'read', 'failed', 'refused', 'amended')),
  at timestamptz not null,
  received_at timestamptz not null,
  error text,
  primary key (account_id, provider_id, status)
);
create index receipts_received on switchboard.receipts (received_at);
comment on table switchboard.receipts is 'Receipts whose message is not known yet: a send or an echo brings it, or another tool sent it and nobody ever asks. refused: failed because the window was closed. amended: the message has amendments, which are lines.';

create table switchboard.merges (
  id bigint generated always as identity primary key,
  user_id bigint not null,
  merged_user_id bigint not null,
  reason text collate "C" not null check (reason in ('shown', 'told')),
  merged_at timestamptz not null
);
create unique index merges_merged_user on switchboard.merges (merged_user_id);
create index merges_user on switchboard.merges (user_id);
comment on table switchboard.merges is 'Users that turned out to be one. user_id remained then; it may have been merged itself since.';

create table switchboard.merged_conversations (
  merged_id bigint primary key,
  merge_id bigint not null references switchboard.merges,
  kept_id bigint not null,
  conversation_id bigint not null
);
create index merged_conversations_conversation on switchboard.merged_conversations (conversation_id);
create index merged_conversations_merge on switchboard.merged_conversations (merge_id);
comment on table switchboard.merged_conversations is 'Ids of conversations that went into others: into kept_id then, found in conversation_id now.';
