/*
 * The glue between libcurl and GLib (libcurl-multi(3), "MULTI_SOCKET"). Touches only the sockets that libcurl opened.
 *
 * The loop watches one epoll(7) descriptor, and that the sockets: libcurl looks at a socket anew in each call, and each
 * source that comes or goes costs GLib three system calls and a turn of the loop.
 *
 * libcurl must not be entered again from its own callbacks, so finished transfers are collected after each entry and
 * reported from there.
 */
#include "net/multi.h"

#include "base/locked.h"
#include "base/watch.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

struct Multi
{
  CURLM *curl;
  int epoll;
  guint source; /* ready when one of the sockets is */
  guint timer;
  MultiFinished finished;
  gpointer data;
};

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

/* One socket a turn: what libcurl does to it may close another one. */
static gboolean
on_socket (gint epoll, GIOCondition condition, gpointer data)
{
  Multi *multi = data;
  struct epoll_event event;
  int action = 0;

  if (epoll_wait (epoll, &event, 1, 0) != 1)
    return G_SOURCE_CONTINUE;
  action |= (event.events & (EPOLLIN | EPOLLHUP | EPOLLPRI)) != 0 ? CURL_CSELECT_IN : 0;
  action |= (event.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0;
  action |= (event.events & EPOLLERR) != 0 ? CURL_CSELECT_ERR : 0;
  enter (multi, event.data.fd, action);
  return G_SOURCE_CONTINUE;
}

static int
set_watch (CURL *easy, curl_socket_t fd, int what, void *data, void *is_watched)
{
  Multi *multi = data;
  struct epoll_event event = {.data.fd = fd};

  event.events |= (what & CURL_POLL_IN) != 0 ? EPOLLIN : 0;
  event.events |= (what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0;
  if (what == CURL_POLL_REMOVE)
    epoll_ctl (multi->epoll, EPOLL_CTL_DEL, fd, NULL);
  else
    epoll_ctl (multi->epoll, is_watched != NULL ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
  curl_multi_assign (multi->curl, fd, what == CURL_POLL_REMOVE ? NULL : multi);
  return 0;
}

Multi *
multi_new (MultiFinished finished, gpointer data)
{
  Multi *multi = g_new0 (Multi, 1);

  multi->finished = finished;
  multi->data = data;
  multi->epoll = epoll_create1 (EPOLL_CLOEXEC);
  if (multi->epoll < 0)
    g_error ("no descriptor for the network: %s", g_strerror (errno));
  multi->source = watch_fd (multi->epoll, G_IO_IN, on_socket, multi);
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
  g_source_remove (multi->source);
  close (multi->epoll);
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
