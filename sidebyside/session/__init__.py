"""The conductor: joins sound, speech, privacy and store into one sitting."""
