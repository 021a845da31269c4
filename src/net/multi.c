/*
 * The glue between libcurl and GLib (libcurl-multi(3), "MULTI_SOCKET"). Touches only the sockets that libcurl opened.
 *
 * libcurl must not be entered again from its own callbacks, so finished transfers are collected after each entry and
 * reported from there.
 */
#include "net/multi.h"

#include "base/locked.h"

#include <glib-unix.h>

struct Multi
{
  CURLM *curl;
  guint timer;
  MultiFinished finished;
  gpointer data;
};

typedef struct
{
  Multi *multi;
  guint source;
} Watch;

static void
enter (Multi *multi, curl_socket_t fd, int events)
{
  CURLMsg *message;
  int left;

  curl_multi_socket_action (multi->curl, fd, events, &left);
  while ((message = curl_multi_info_read (multi->curl, &left)) != NULL)
    {
      CURL *easy = message->easy_handle;
      CURLcode result = message->data.result;

      if (message->msg != CURLMSG_DONE)
        continue;
      curl_multi_remove_handle (multi->curl, easy);
      multi->finished (easy, result, multi->data);
    }
  wipe_stack ();
}

static gboolean
on_timer (gpointer data)
{
  Multi *multi = data;

  multi->timer = 0;
  enter (multi, CURL_SOCKET_TIMEOUT, 0);
  return G_SOURCE_REMOVE;
}

static int
set_timer (CURLM *curl, long milliseconds, void *data)
{
  Multi *multi = data;

  g_clear_handle_id (&multi->timer, g_source_remove);
  if (milliseconds >= 0)
    multi->timer = g_timeout_add ((guint)MIN (milliseconds, G_MAXINT), on_timer, multi);
  return 0;
}

static gboolean
on_socket (gint fd, GIOCondition condition, gpointer data)
{
  Watch *watch = data;
  Multi *multi = watch->multi;
  int events = 0;

  events |= (condition & (G_IO_IN | G_IO_HUP | G_IO_PRI)) != 0 ? CURL_CSELECT_IN : 0;
  events |= (condition & G_IO_OUT) != 0 ? CURL_CSELECT_OUT : 0;
  events |= (condition & (G_IO_ERR | G_IO_NVAL)) != 0 ? CURL_CSELECT_ERR : 0;
  enter (multi, fd, events);
  return G_SOURCE_CONTINUE;
}

static void
watch_free (Watch *watch)
{
  g_clear_handle_id (&watch->source, g_source_remove);
  g_free (watch);
}

static int
set_watch (CURL *easy, curl_socket_t fd, int what, void *data, void *known)
{
  Multi *multi = data;
  Watch *watch = known;
  GIOCondition condition = 0;

  if (what == CURL_POLL_REMOVE)
    {
      if (watch != NULL)
        watch_free (watch);
      curl_multi_assign (multi->curl, fd, NULL);
      return 0;
    }
  condition |= (what & CURL_POLL_IN) != 0 ? G_IO_IN : 0;
  condition |= (what & CURL_POLL_OUT) != 0 ? G_IO_OUT : 0;
  if (watch == NULL)
    {
      watch = g_new0 (Watch, 1);
      watch->multi = multi;
      curl_multi_assign (multi->curl, fd, watch);
    }
  g_clear_handle_id (&watch->source, g_source_remove);
  watch->source = g_unix_fd_add (fd, condition, on_socket, watch);
  return 0;
}

Multi *
multi_new (MultiFinished finished, gpointer data)
{
  Multi *multi = g_new0 (Multi, 1);

  multi->finished = finished;
  multi->data = data;
  multi->curl = curl_multi_init ();
  curl_multi_setopt (multi->curl, CURLMOPT_SOCKETFUNCTION, set_watch);
  curl_multi_setopt (multi->curl, CURLMOPT_SOCKETDATA, multi);
  curl_multi_setopt (multi->curl, CURLMOPT_TIMERFUNCTION, set_timer);
  curl_multi_setopt (multi->curl, CURLMOPT_TIMERDATA, multi);
  return multi;
}

void
multi_free (Multi *multi)
{
  curl_multi_cleanup (multi->curl);
  g_clear_handle_id (&multi->timer, g_source_remove);
  g_free (multi);
}

void
multi_add (Multi *multi, CURL *easy)
{
  curl_multi_add_handle (multi->curl, easy);
}

void
multi_remove (Multi *multi, CURL *easy)
{
  curl_multi_remove_handle (multi->curl, easy);
}

void
multi_limit (Multi *multi, guint connections)
{
  curl_multi_setopt (multi->curl, CURLMOPT_MAXCONNECTS, (long)connections);
}
