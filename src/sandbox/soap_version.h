/* What differs between the two versions of SOAP. A table, nothing else. */
#pragma once

typedef enum
{
  SOAP_1_1,
  SOAP_1_2,
} SoapVersion;

typedef struct
{
  const char *number;
  const char *media_type;
  const char *envelope_namespace;
} SoapTraits;

const SoapTraits *soap_traits (SoapVersion version);
