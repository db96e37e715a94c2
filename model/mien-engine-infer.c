/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The command `infer`: answers to frames that come in by the pipe, until `end`. All of a
 * message's pixels are read before its answer is written, so that neither side waits for
 * the other with a full pipe; they are worked through in batches as they come. In eight
 * bits the first frames are answered in float32, and fix the ranges for all that follow.
 */

#include "mien-engine.h"

#include "mien-answers.h"
#include "mien-network-int8.h"
#include "mien-protocol.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum
{
  MAX_FRAMES = 4096,
};

typedef struct
{
  MienReader reader;
  MienNetwork *network;
  MienNetworkInt8 *int8; /* NULL while the ranges are not known */
  size_t side, batch;
  size_t to_observe;                  /* frames, before the ranges are known */
  size_t width;                       /* of the network's features */
  uint8_t *pixels;                    /* [batch, side, side, 3] */
  float *images, *outputs, *mirrored; /* of one batch */
  float *answers;                     /* [MAX_FRAMES, MIEN_ANSWER] */
  float *features;                    /* [batch, width], NULL: not asked for */
  float *embeddings;                  /* [MAX_FRAMES, MIEN_EMBEDDING], NULL: the same */
} Inference;

/* The batch's pixels, perhaps mirrored, through the network. */
static void
run_network (Inference *inference, size_t n, bool mirrored, float *outputs)
{
  size_t pixels = inference->side * inference->side;
  float *features = mirrored ? NULL : inference->features;

  for (size_t i = 0; i < n; i++)
    mien_normalise (inference->pixels + i * pixels * 3, (int) inference->side, mirrored,
                    inference->images + i * pixels * 3);
  if (inference->int8 != NULL)
    mien_network_int8_infer (inference->int8, inference->images, (int) n, outputs,
                             features);
  else if (inference->to_observe > 0)
    mien_network_observe (inference->network, inference->images, (int) n, outputs,
                          features);
  else
    mien_network_infer (inference->network, inference->images, (int) n, outputs,
                        features);
}

/* n of the frames have been observed. */
static int
observed (Inference *inference, size_t n, char *error)
{
  if (inference->to_observe == 0)
    return 0;
  inference->to_observe -= n;
  if (inference->to_observe > 0)
    return 0;
  inference->int8 = mien_network_int8_new (inference->network, error);
  return inference->int8 != NULL ? 0 : -1;
}

/* The first `done` frames of the message have theirs. */
static int
embed_batch (Inference *inference, size_t done, size_t n)
{
  for (size_t i = 0; i < n && inference->features != NULL; i++)
    if (mien_embed (inference->features + i * inference->width, inference->width,
                    inference->embeddings + (done + i) * MIEN_EMBEDDING)
        != 0)
      return -1;
  return 0;
}

static int
answer_batch (Inference *inference, size_t done, size_t n, char *error)
{
  float *answers = inference->answers + done * MIEN_ANSWER;
  size_t pixels = inference->side * inference->side;

  if (mien_reader_bytes (&inference->reader, inference->pixels, n * pixels * 3, error)
      != MIEN_READ_DONE)
    return -1;
  run_network (inference, n, false, inference->outputs);
  run_network (inference, n, true, inference->mirrored);
  int status = embed_batch (inference, done, n);
  for (size_t i = 0; i < n && status == 0; i++)
    status =
        mien_answer (inference->outputs + i * MIEN_OUTPUTS,
                     inference->mirrored + i * MIEN_OUTPUTS, answers + i * MIEN_ANSWER);
  if (status != 0)
    return snprintf (error, MIEN_ERROR_SIZE,
                     "the weights give answers that are no numbers; train again"),
           -1;
  return observed (inference, n, error);
}

static size_t
smaller (size_t a, size_t b)
{
  return a < b ? a : b;
}

static int
answer_frames (Inference *inference, size_t n, char *error)
{
  for (size_t done = 0, some; done < n; done += some)
    {
      some = smaller (n - done, inference->batch);
      if (inference->to_observe > 0)
        some = smaller (some, inference->to_observe);
      if (answer_batch (inference, done, some, error) != 0)
        return -1;
    }
  if (mien_say (stdout, "answers %zu", n) != 0
      || mien_say_bytes (stdout, inference->answers, n * MIEN_ANSWER * sizeof (float))
             != 0
      || (inference->embeddings != NULL
          && mien_say_bytes (stdout, inference->embeddings,
                             n * MIEN_EMBEDDING * sizeof (float))
                 != 0))
    return snprintf (error, MIEN_ERROR_SIZE, "nobody reads the answers"), -1;
  return 0;
}

/* Until `end`, or until the parent is gone. */
static int
converse (Inference *inference, char *error)
{
  char line[MIEN_LINE_SIZE];
  long n;

  for (;;)
    {
      MienRead status = mien_reader_line (&inference->reader, line, error);

      if (status != MIEN_READ_DONE)
        return status == MIEN_READ_END ? 0 : -1;
      if (strcmp (line, "end") == 0)
        {
          mien_say (stdout, "done");
          return 0;
        }
      if (mien_parse_count (line, "frames", 1, MAX_FRAMES, &n) != 0)
        return snprintf (error, MIEN_ERROR_SIZE,
                         "unknown command %.80s; it takes frames N (1 to %d) and end",
                         line, MAX_FRAMES),
               -1;
      if (answer_frames (inference, (size_t) n, error) != 0)
        return -1;
    }
}

/* Once the network's width is known. */
static int
prepare_features (Inference *inference, size_t width, char *error)
{
  inference->width = width;
  inference->features = malloc (inference->batch * width * sizeof (float));
  inference->embeddings = malloc (MAX_FRAMES * MIEN_EMBEDDING * sizeof (float));
  if (inference->features != NULL && inference->embeddings != NULL)
    return 0;
  return snprintf (error, MIEN_ERROR_SIZE, "out of memory for %d features of %d images",
                   MIEN_EMBEDDING, MAX_FRAMES),
         -1;
}

int
mien_engine_infer (const MienEngineOptions *options, char *error)
{
  size_t side = (size_t) options->size, batch = (size_t) options->batch;
  Inference *inference = calloc (1, sizeof *inference);
  MienNetworkShape shape;
  MienPool *pool = NULL;
  int status = -1;

  if (inference == NULL)
    return snprintf (error, MIEN_ERROR_SIZE, "out of memory"), -1;
  mien_reader_init (&inference->reader, STDIN_FILENO);
  inference->side = side;
  inference->batch = batch;
  inference->to_observe =
      mien_engine_is_int8 (options) ? (size_t) options->calibration : 0;
  inference->pixels = malloc (batch * side * side * 3);
  inference->images = malloc (batch * side * side * 3 * sizeof (float));
  inference->outputs = malloc (batch * MIEN_OUTPUTS * sizeof (float));
  inference->mirrored = malloc (batch * MIEN_OUTPUTS * sizeof (float));
  inference->answers = malloc (MAX_FRAMES * MIEN_ANSWER * sizeof (float));
  if (inference->pixels == NULL || inference->images == NULL || inference->outputs == NULL
      || inference->mirrored == NULL || inference->answers == NULL)
    snprintf (error, MIEN_ERROR_SIZE, "out of memory for %zu images of %zu pixels", batch,
              side);
  else
    inference->network =
        mien_engine_load_network (options->weights, (int) batch, (int) side,
                                  (int) options->threads, &shape, NULL, &pool, error);
  if (inference->network != NULL
      && (!options->features
          || prepare_features (inference, 8 * (size_t) shape.width, error) == 0))
    status = converse (inference, error);
  mien_network_int8_free (inference->int8);
  mien_network_free (inference->network);
  mien_pool_free (pool);
  free (inference->pixels);
  free (inference->images);
  free (inference->outputs);
  free (inference->mirrored);
  free (inference->answers);
  free (inference->features);
  free (inference->embeddings);
  free (inference);
  return status;
}
