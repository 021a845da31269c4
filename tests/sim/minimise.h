/* Making a history that breaks a rule as short as it can be while it still breaks that rule. */
#pragma once

#include "history.h"

void minimise (History *history, const char *rule);
