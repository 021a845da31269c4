/*
 * Questions and answers at /dev/tty, which is there whatever the standard streams are connected to.
 *
 * While a question waits, the signals that end or stop a process are blocked and come in at a descriptor: so there is no
 * moment at which one could leave the terminal without its echo. It is put back first, and then the signal has its way.
 */
#include "tools/ask.h"

#include "base/error.h"
#include "base/locked.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

/* What the kernel's line discipline hands over as one line is not longer. */
#define LONGEST_ANSWER 4096

typedef struct
{
  int tty;
  int signals;
  sigset_t blocked, before;
  struct termios shown;
} Terminal;

typedef enum
{
  QUESTION_USERNAME,
  QUESTION_PASSWORD,
  QUESTION_TOKEN,
  QUESTION_APPLICATION_ID,
  N_QUESTIONS
} Question;

static const struct
{
  const char *key;
  const char *hint;
  gboolean hidden;
} questions[N_QUESTIONS] = {
  [QUESTION_USERNAME] = {"username", " (empty: with a token)", FALSE},
  [QUESTION_PASSWORD] = {"password", "", TRUE},
  [QUESTION_TOKEN] = {"token", "", TRUE},
  [QUESTION_APPLICATION_ID] = {"application_id", "", FALSE},
};

gboolean
ask_is_possible (void)
{
  return isatty (STDIN_FILENO);
}

static gboolean
terminal_open (Terminal *terminal, GError **error)
{
  static const int deadly[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

  terminal->tty = open ("/dev/tty", O_RDWR | O_CLOEXEC);
  if (terminal->tty < 0 || tcgetattr (terminal->tty, &terminal->shown) != 0)
    {
      g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "there is no terminal to ask at: %s", g_strerror (errno));
      if (terminal->tty >= 0)
        close (terminal->tty);
      return FALSE;
    }
  sigemptyset (&terminal->blocked);
  for (guint i = 0; i < G_N_ELEMENTS (deadly); i++)
    sigaddset (&terminal->blocked, deadly[i]);
  sigprocmask (SIG_BLOCK, &terminal->blocked, &terminal->before);
  terminal->signals = signalfd (-1, &terminal->blocked, SFD_CLOEXEC);
  return TRUE;
}

static void
terminal_close (Terminal *terminal)
{
  sigprocmask (SIG_SETMASK, &terminal->before, NULL);
  close (terminal->signals);
  close (terminal->tty);
}

static void
say (const Terminal *terminal, const char *text)
{
  /* Who cannot see a question can still end it. */
  if (write (terminal->tty, text, strlen (text)) < 0)
    return;
}

static void
show (const Terminal *terminal)
{
  tcsetattr (terminal->tty, TCSAFLUSH, &terminal->shown);
}

static void
put (const Terminal *terminal, Question question)
{
  g_autofree char *text = g_strconcat (questions[question].key, questions[question].hint, ": ", NULL);
  struct termios hidden = terminal->shown;

  hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
  hidden.c_lflag |= ICANON | ISIG;
  if (questions[question].hidden)
    tcsetattr (terminal->tty, TCSAFLUSH, &hidden);
  say (terminal, text);
}

/* Lets the signal have its way. Who is stopped by it may be continued; then the question is put again. */
static void
give_way (const Terminal *terminal, Question question)
{
  struct signalfd_siginfo signal;
  sigset_t one;

  if (read (terminal->signals, &signal, sizeof signal) != sizeof signal)
    return;
  show (terminal);
  say (terminal, "\n");
  sigemptyset (&one);
  sigaddset (&one, (int)signal.ssi_signo);
  raise ((int)signal.ssi_signo);
  sigprocmask (SIG_UNBLOCK, &one, NULL);
  sigprocmask (SIG_BLOCK, &one, NULL);
  put (terminal, question);
}

/* One line, without its end; NULL when there are no more. */
static Secret *
get (const Terminal *terminal, Question question)
{
  struct pollfd ready[] = {{.fd = terminal->signals, .events = POLLIN}, {.fd = terminal->tty, .events = POLLIN}};
  g_auto (SecretBuffer) line = {0};
  ssize_t got = 0;

  secret_buffer_reserve (&line, LONGEST_ANSWER);
  put (terminal, question);
  do
    {
      if (poll (ready, G_N_ELEMENTS (ready), -1) < 0)
        continue;
      if (ready[0].revents != 0)
        give_way (terminal, question);
  } while (ready[1].revents == 0);
  got = read (terminal->tty, line.data, LONGEST_ANSWER);
  show (terminal);
  if (questions[question].hidden || got <= 0)
    say (terminal, "\n");
  if (got <= 0)
    return NULL;
  return secret_new (line.data, (gsize)got - (line.data[got - 1] == '\n' ? 1 : 0));
}

/* As JSON has it. What is no UTF-8 is refused by whoever reads it. */
static void
add (SecretBuffer *credential, const char *key, const Secret *value)
{
  const char *text = secret_text (value);

  secret_buffer_append_printf (credential, "%s\"%s\": \"", credential->length == 0 ? "{" : ", ", key);
  for (gsize i = 0; i < secret_length (value); i++)
    if (g_ascii_iscntrl (text[i]))
      secret_buffer_append_printf (credential, "\\u%04x", (guint)(guchar)text[i]);
    else
      {
        if (text[i] == '"' || text[i] == '\\')
          secret_buffer_append (credential, "\\", 1);
        secret_buffer_append (credential, text + i, 1);
      }
  secret_buffer_append (credential, "\"", 1);
}

static gboolean
give_up (const char *key, GError **error)
{
  g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "no %s was given", key);
  return FALSE;
}

/* @given: whether the answer was not empty. If it is NULL, it must not be. */
static gboolean
ask (const Terminal *terminal, Question question, gboolean *given, SecretBuffer *credential, GError **error)
{
  g_autoptr (Secret) answer = get (terminal, question);
  gboolean any = answer != NULL && secret_length (answer) > 0;

  if (answer == NULL || (!any && given == NULL))
    return give_up (questions[question].key, error);
  if (any)
    add (credential, questions[question].key, answer);
  if (given != NULL)
    *given = any;
  return TRUE;
}

static gboolean
ask_all (const Terminal *terminal, AskFor application_id, SecretBuffer *credential, GError **error)
{
  gboolean named = FALSE, any = FALSE;

  return ask (terminal, QUESTION_USERNAME, &named, credential, error)
         && ask (terminal, named ? QUESTION_PASSWORD : QUESTION_TOKEN, NULL, credential, error)
         && (application_id == ASK_NOT
             || ask (terminal, QUESTION_APPLICATION_ID, application_id == ASK_MAYBE ? &any : NULL, credential, error));
}

gboolean
ask_credential (AskFor application_id, SecretBuffer *credential, GError **error)
{
  Terminal terminal;
  gboolean good;

  if (!terminal_open (&terminal, error))
    return FALSE;
  good = ask_all (&terminal, application_id, credential, error);
  terminal_close (&terminal);
  secret_buffer_append_text (credential, "}\n");
  wipe_stack ();
  return good;
}
