-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO sync_vector (peer, stream, seq)
VALUES (?1, ?2, ?3)
ON CONFLICT (peer, stream) DO UPDATE SET seq = max (seq, excluded.seq);
