/* Answers, good and bad, made as soap/ and net/ would make them. */
#pragma once

#include "service.h"

Answer *answer_good (Operation operation);

/* The service itself refuses: a fault with the text that goes with @fault. */
Answer *answer_fault (Operation operation, Fault fault);
Answer *answer_quarantine (Operation operation, gint64 until_wall_us);

/* What a call gets that met a fault which is not an answer of the service's own. */
Answer *answer_failed (Operation operation, const Armed *met, gint64 now_us);
