/*
 * One session: its id, which identity is active in it, and which one was chosen. For account/ only.
 *
 * Why a cookie can be withheld: the active identity belongs to the session at the service, and anybody who borrowed the
 * cookie can switch it. A cookie that is handed out then books in another client's books. So what is active is asked with
 * every check (GetIdentity), and when it is not the chosen one, the session is withheld until a person chooses again. The
 * one exception is a difference that we made ourselves, by a fresh Login or a switch whose answer was lost: there the
 * chosen identity is put back once.
 */
#pragma once

#include "account/record.h"

typedef struct
{
  Secret *id;       /* NULL: none */
  gboolean ended;   /* there was one, and the service said that it is over */
  gboolean proven;  /* it lived long enough for GetIdentity to answer */
  Identity *active; /* as GetIdentity last said */
  gint64 logged_in_us;
  gint64 asked_us;     /* HasSession last said true to a call sent then */
  gint64 confirmed_us; /* GetIdentity last answered a call sent then */
  ChosenBy chosen_by;
  Guid chosen;
  gboolean put_back;  /* if another identity than the chosen one is active, that is our own doing */
  gboolean switching; /* a Set* is on its way: nobody knows what is active */
  Passport *passport; /* whom the token belongs to that made it; NULL: it was made with a password */
  GError *withheld;   /* why the cookie may not be handed out; stays until an identity is chosen */
} Session;

Session *session_new (void);
void session_free (Session *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Session, session_free)

/* Chooses an identity; what was withheld need not be any more. */
void session_choose (Session *session, const Guid *identity_id, ChosenBy by);

void session_logged_in (Session *session, Secret *id, gint64 sent_us);
/* Copies @passport; NULL: none. */
void session_set_passport (Session *session, const Passport *passport);

void session_end (Session *session);
void session_confirmed (Session *session, Identity *identity, gint64 sent_us);

/* What is active is unknown from now on. */
void session_doubt (Session *session);

/* The chosen identity cannot be put back, for @reason. */
void session_withhold (Session *session, const char *reason);
