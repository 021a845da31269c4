/* Counting (tree/metrics.h): each failure has its outcome, each duration its bucket, and each file its label. */
#include "tree/metrics.h"

#include "support/rig.h"
#include "tree/tree.h"

#include <string.h>

static void
fail (Metrics *metrics, So24ErrorCode code)
{
  g_autoptr (GError) error = g_error_new_literal (SO24_ERROR, (gint)code, "told to fail");

  metrics_count_call (metrics, OPERATION_LOGIN, error, 0);
}

static void
each_failure_has_its_outcome (void)
{
  static const struct
  {
    So24ErrorCode code;
    const char *word;
  } rows[] = {
    {SO24_ERROR_EXPIRED, "expired"},
    {SO24_ERROR_REJECTED, "rejected"},
    {SO24_ERROR_BLOCKED, "blocked"},
    {SO24_ERROR_THROTTLED, "throttled"},
    {SO24_ERROR_QUARANTINED, "quarantined"},
    {SO24_ERROR_UNREACHABLE, "offline"},
    {SO24_ERROR_REFUSED, "offline"},
    {SO24_ERROR_TIMED_OUT, "offline"},
    {SO24_ERROR_TLS, "tls"},
    {SO24_ERROR_NOT_UNDERSTOOD, "not_understood"},
    {SO24_ERROR_REMOTE, "fault"},
    {SO24_ERROR_NO_KEY, "fault"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Metrics metrics = {0};
      Outcome outcome = 0;

      fail (&metrics, rows[i].code);
      while (metrics.calls[OPERATION_LOGIN][outcome] == 0)
        outcome++;
      g_assert_cmpstr (outcome_word (outcome), ==, rows[i].word);
    }
}

static void
each_duration_is_in_the_bucket_of_the_next_bound (void)
{
  static const struct
  {
    gint64 us;
    guint bucket;
  } rows[] = {{0, 0}, {10000, 0}, {10001, 1}, {1000000, 6}, {60000000, 11}, {60000001, 12}, {-1, 0}};

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Metrics metrics = {0};

      metrics_count_call (&metrics, OPERATION_HAS_SESSION, NULL, rows[i].us);
      g_assert_cmpuint (metrics.durations[OPERATION_HAS_SESSION][rows[i].bucket], ==, 1);
      g_assert_cmpuint (metrics.duration_us[OPERATION_HAS_SESSION], ==, (guint64)MAX (rows[i].us, 0));
    }
}

static void
a_call_that_was_cancelled_has_no_duration (void)
{
  Metrics metrics = {0};

  metrics_count_cancelled (&metrics, OPERATION_LOGIN);
  g_assert_cmpuint (metrics.calls[OPERATION_LOGIN][OUTCOME_CANCELLED], ==, 1);
  for (guint bucket = 0; bucket <= N_BOUNDS; bucket++)
    g_assert_cmpuint (metrics.durations[OPERATION_LOGIN][bucket], ==, 0);
}

/* The file metrics of @tree; the caller frees it. */
static char *
read_metrics (const Tree *tree)
{
  g_autoptr (GBytes) bytes = tree_freeze (tree, node_make (KIND_METRICS, 0));
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);

  return g_strndup (text, length);
}

static Tree *
tree_for (const Rig *rig)
{
  TreeConfig config = {.mountpoint = "/mnt/so24", .now_us = WALL_START * G_USEC_PER_SEC};

  return tree_new (&config, rig->account);
}

static void
assert_says (const Tree *tree, const char *line)
{
  g_autofree char *text = read_metrics (tree);

  if (strstr (text, line) == NULL)
    g_error ("\"%s\" is not in:\n%s", line, text);
}

static void
a_file_of_each_identity_has_one_label_for_all (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  g_autoptr (Tree) tree = tree_for (rig);

  for (guint slot = 0; slot < 3; slot++)
    metrics_count_open (tree_metrics (tree), node_make (KIND_ONE_ID, slot));
  metrics_count_open (tree_metrics (tree), node_make (KIND_COOKIE, 0));
  assert_says (tree, "\nso24fs_reads_total{file=\"identities/*/*/id\"} 3\n");
  assert_says (tree, "\nso24fs_reads_total{file=\"cookie\"} 1\n");
  assert_says (tree, "\nso24fs_reads_total{file=\"passport/email\"} 0\n");
}

static void
buckets_add_up_and_the_sum_is_in_seconds (void)
{
  g_autoptr (Rig) rig = rig_new ();
  g_autoptr (Tree) tree = tree_for (rig);

  metrics_count_call (tree_metrics (tree), OPERATION_LOGIN, NULL, 20000);
  metrics_count_call (tree_metrics (tree), OPERATION_LOGIN, NULL, 2000000);
  metrics_count_call (tree_metrics (tree), OPERATION_LOGIN, NULL, 70000000);
  assert_says (tree, "_bucket{operation=\"Login\",le=\"0.01\"} 0\n");
  assert_says (tree, "_bucket{operation=\"Login\",le=\"0.025\"} 1\n");
  assert_says (tree, "_bucket{operation=\"Login\",le=\"60.0\"} 2\n");
  assert_says (tree, "_bucket{operation=\"Login\",le=\"+Inf\"} 3\n");
  assert_says (tree, "_sum{operation=\"Login\"} 72.020000\n");
  assert_says (tree, "_count{operation=\"Login\"} 3\n");
  assert_says (tree, "so24fs_calls_total{operation=\"Login\",outcome=\"ok\"} 3\n");
}

static void
what_somebody_was_told_of_is_counted_by_errno (void)
{
  g_autoptr (Rig) rig = rig_new ();
  g_autoptr (Tree) tree = tree_for (rig);
  g_autoptr (GError) error = g_error_new_literal (SO24_ERROR, SO24_ERROR_REJECTED, "no");
  g_autoptr (GError) foreign = g_error_new_literal (G_CONVERT_ERROR, 1, "no");

  tree_note_failure (tree, "login", error, 0);
  tree_note_failure (tree, "login", error, 0);
  tree_note_failure (tree, "login", foreign, 0);
  assert_says (tree, "\nso24fs_failures_total{errno=\"EKEYREJECTED\"} 2\n");
}

static void
what_the_service_still_allows_is_told_if_it_said_so (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  g_autoptr (Tree) tree = tree_for (rig);
  g_autofree char *before = read_metrics (tree);

  g_assert_null (strstr (before, "so24fs_service_left_calls"));
  rig->service->says_allowed = TRUE;
  rig->service->allowed = 5;
  rig_pass (rig, 61);
  assert_read (rig, WANT_SESSION);
  assert_says (tree, "\nso24fs_service_left_calls 5\n");
}

static const Sentence sentences[] = {
  SENTENCE (each_failure_has_its_outcome),
  SENTENCE (each_duration_is_in_the_bucket_of_the_next_bound),
  SENTENCE (a_call_that_was_cancelled_has_no_duration),
  SENTENCE (a_file_of_each_identity_has_one_label_for_all),
  SENTENCE (buckets_add_up_and_the_sum_is_in_seconds),
  SENTENCE (what_somebody_was_told_of_is_counted_by_errno),
  SENTENCE (what_the_service_still_allows_is_told_if_it_said_so),
};

MAIN ("metrics")
