/* What the inputs have in common, for the files of tree/ that are one. */
#pragma once

#include "tree/input.h"

typedef struct
{
  gsize size; /* of the structure that begins with an Input */
  InputStep (*step) (Input *input, gboolean at_end, Order *order, GError **error);
  void (*reset) (Input *input); /* forgets what was collected, but not the buffer; NULL: there is nothing else */
  gboolean (*is_pending) (const Input *input); /* beyond the buffer; NULL: never */
} InputClass;

struct Input
{
  const InputClass *class;
  InputContext context;
  SecretBuffer buffer; /* what is not used yet */
  gsize collected;     /* bytes since the last order or failure */
  guint writes;        /* likewise */
  gboolean begun;      /* the first bytes of all were looked at */
  gboolean used;       /* an order has come of it before */
};

extern const InputClass login_input_class;
extern const InputClass identity_input_class;
extern const InputClass logout_input_class;

/* Drops leading blanks and line breaks. */
void input_skip_blanks (Input *input);

/* What to answer while a document of @form is not whole. */
InputStep input_more (gboolean at_end, const char *form, GError **error);
