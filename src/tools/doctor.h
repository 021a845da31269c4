/*
 * The doctor ("so24fs --check"): a table of checks, each of which finds one thing about a mount-to-be. What it looks with is
 * what the daemon mounts and calls with, so that it cannot find well what the daemon will stumble over.
 */
#pragma once

#include "daemon/sandbox_child.h"
#include "tools/finding.h"
#include "tools/reply.h"

#include "daemon/options.h"

/* What is found on the way, for the checks after it. */
typedef struct
{
  const Options *options;
  SandboxChild *sandbox;
  Client *client;
  Credential *credential; /* NULL: there is none */
  Reply *hello;           /* to HasSession, asked without a session: the one call that does nothing */
  Reply *login;           /* NULL: there was no Login */
} Doctor;

typedef struct
{
  const char *key;
  const char *needs[2]; /* without these there is nothing to look at */
  void (*look) (Doctor *doctor, Finding *finding);
  const char *help; /* what is looked at */
} CheckRow;

/* In the order in which they are made; ends in a row without a key. */
extern const CheckRow check_rows[];

/* check_setup.c: this machine */
void check_config (Doctor *doctor, Finding *finding);
void check_access (Doctor *doctor, Finding *finding);
void check_device (Doctor *doctor, Finding *finding);
void check_fusermount (Doctor *doctor, Finding *finding);
void check_mountpoint (Doctor *doctor, Finding *finding);

/* check_files.c: what lies there */
void check_store (Doctor *doctor, Finding *finding);
void check_credentials (Doctor *doctor, Finding *finding);

/* check_way.c: the way to the service */
void check_endpoint (Doctor *doctor, Finding *finding);
void check_name (Doctor *doctor, Finding *finding);
void check_connection (Doctor *doctor, Finding *finding);
void check_tls (Doctor *doctor, Finding *finding);
void check_service (Doctor *doctor, Finding *finding);
void check_clock (Doctor *doctor, Finding *finding);

/* check_account.c: the account, when a Login was asked for */
void check_login (Doctor *doctor, Finding *finding);
void check_identities (Doctor *doctor, Finding *finding);
