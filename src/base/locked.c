/*
 * Locked memory for secrets, and wiping allocation for libraries. May touch mmap(2), mlock(2) and madvise(2).
 *
 * Locking works by pages, and one munlock(2) unlocks a page for all who share it. So the pages belong to this file
 * alone: a region is mapped, locked once, cut into blocks of one power of two, and never given back; a freed block is
 * wiped and kept in the list of its size. Blocks of more than a region's size are mapped and unmapped by themselves.
 */
#include "base/locked.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define SMALLEST_SHIFT 5 /* 32 bytes */
#define LARGEST_SHIFT  16
#define REGION_SIZE    ((gsize)1 << LARGEST_SHIFT)

typedef struct Block
{
  struct Block *next;
} Block;

static Block *free_blocks[LARGEST_SHIFT + 1];

static char *
map_region (gsize size)
{
  char *region = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (region == MAP_FAILED)
    g_error ("no memory for secrets");
  /* RLIMIT_MEMLOCK may be small. The other protections still hold then, and a daemon that ran is worth more. */
  if (mlock (region, size) != 0)
    g_debug ("%" G_GSIZE_FORMAT " bytes for secrets could not be locked in memory", size);
  madvise (region, size, MADV_DONTDUMP);
  madvise (region, size, MADV_WIPEONFORK);
  return region;
}

static guint
shift_of (gsize size)
{
  guint shift = SMALLEST_SHIFT;

  while (((gsize)1 << shift) < size)
    shift++;
  return shift;
}

/* A region holds at most 4 KiB of small blocks at first, so that few secrets lock few pages. */
static void
refill (guint shift)
{
  gsize block = (gsize)1 << shift;
  gsize size = MAX (block, 4096);
  char *region = map_region (size);

  for (gsize at = size; at >= block; at -= block)
    {
      Block *free_block = (Block *)(void *)(region + at - block);

      free_block->next = free_blocks[shift];
      free_blocks[shift] = free_block;
    }
}

gpointer
locked_alloc (gsize size)
{
  guint shift = shift_of (size);
  Block *block;

  if (size > REGION_SIZE)
    return map_region (size);
  if (free_blocks[shift] == NULL)
    refill (shift);
  block = free_blocks[shift];
  free_blocks[shift] = block->next;
  block->next = NULL;
  return block;
}

void
locked_free (gpointer memory, gsize size)
{
  guint shift = shift_of (size);
  Block *block = memory;

  explicit_bzero (memory, size);
  if (size > REGION_SIZE)
    {
      munmap (memory, size);
      return;
    }
  block->next = free_blocks[shift];
  free_blocks[shift] = block;
}

__attribute__ ((noinline)) void
wipe_stack (void)
{
  /* The vector registers still hold what was copied last. Copying zeros, in all the sizes for which memmove(3) has a way of
   * its own, overwrites them. */
  void *(*volatile copy) (void *to, const void *from, size_t size) = memmove;
  char below[32 * 1024];

  explicit_bzero (below, sizeof below);
  for (gsize size = 8; size <= sizeof below / 4; size *= 2)
    copy (below, below + sizeof below / 2, size);
  explicit_bzero (below, sizeof below);
}

void *
wiping_malloc (size_t size)
{
  return malloc (size);
}

void *
wiping_calloc (size_t count, size_t size)
{
  return calloc (count, size);
}

void
wiping_free (void *memory)
{
  if (memory != NULL)
    explicit_bzero (memory, malloc_usable_size (memory));
  free (memory);
}

void *
wiping_realloc (void *memory, size_t size)
{
  size_t before = memory == NULL ? 0 : malloc_usable_size (memory);
  void *moved;

  if (before >= size && size > before / 2)
    return memory;
  moved = malloc (size);
  if (moved == NULL || memory == NULL)
    return moved;
  memcpy (moved, memory, MIN (before, size));
  wiping_free (memory);
  return moved;
}

char *
wiping_strdup (const char *text)
{
  return strdup (text);
}
