-- The least that remembers who wrote what and whom to answer when: no handoff, no turns, no statuses, no groups.
create table identities (
  id bigint generated always as identity primary key,
  phone text collate "C" not null unique,
  name text not null
);
create table conversations (
  id bigint generated always as identity primary key,
  identity_id bigint not null,
  account text collate "C" not null,
  version bigint not null default 0,
  due_at timestamptz,
  unique (identity_id, account)
) with (fillfactor = 80);
create index conversations_due on conversations (due_at) where due_at is not null;
create table messages (
  id bigint generated always as identity primary key,
  conversation_id bigint not null,
  sent_at timestamptz not null,
  received_at timestamptz not null default now(),
  provider_id text collate "C" not null unique,
  text text not null,
  raw text not null
);
create index messages_conversation on messages (conversation_id, id);
