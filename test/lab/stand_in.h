#ifndef STAND_IN_H
#define STAND_IN_H

/** Ends the program with a message and the error in `errno`. */
__attribute__((noreturn, format(printf, 1, 2))) void fail(const char* format, ...);

/** Ends the program: an argument is wrong. */
__attribute__((noreturn)) void refuse(const char* what, const char* argument);

/** Accepts connections to a listening socket, and passes each on to the responder, after a line with
 * `behaviour`. */
void answer_on(int fd, const char* behaviour);

#endif
