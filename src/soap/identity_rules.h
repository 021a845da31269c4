/* The shape of <Identity>, for whoever reads one. */
#pragma once

#include "soap/reader.h"

/* Rules for what is inside; the record is an Identity. */
extern const ReadRule identity_rules[];
